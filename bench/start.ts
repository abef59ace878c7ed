import { machine, median } from "./_measure.ts";
import { openStack, runAsUser, withOwnBytecode } from "./_stack.ts";

const ROUNDS = 7;
/** Of the processor time in the same image with bytecode by Python itself, as pip makes it. */
const MOST_TIMES_PIP = 1.1;
/** How much faster than without bytecode a start shall be, unless Python's own gives less too. */
const WANTED_TIMES_FASTER = 4;

interface Case {
  readonly code: string;
  /** Left out where the image has no such module. */
  readonly module: string;
}

const CASES: Readonly<Record<string, Case>> = {
  torch: { code: "import torch", module: "torch" },
  transformers: { code: "import transformers", module: "transformers" },
  fastapi: { code: "import main, uvicorn", module: "uvicorn" },
};

/**
 * Runs inside the container: starts Python anew for each case, with its files in the page cache or, where it says so, with
 * none of the packages' and the library's in it.
 */
const DRIVER = `
import importlib.util, json, os, subprocess, sys, sysconfig, time

def forget():
    os.sync()
    for root in ("/app", sysconfig.get_path("stdlib")):
        for folder, _, names in os.walk(root):
            for name in names:
                try: file = os.open(os.path.join(folder, name), os.O_RDONLY)
                except OSError: continue
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(file)

def start(code):
    begin = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL, cwd="/app")
    _, status, usage = os.wait4(child.pid, 0)
    return [time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, status]

found, cache = {}, sys.argv[2]
for name, case in json.loads(sys.argv[1]).items():
    if importlib.util.find_spec(case["module"]) is None: continue
    if cache == "cold": forget()
    else: start(case["code"])
    found[name] = start(case["code"])
print(json.dumps(found))
`;

const CACHES = ["warm", "cold"] as const;
const IMAGES = ["none", "entry", "pip"] as const;
type Image = (typeof IMAGES)[number];

type Start = readonly [seconds: number, cpuSeconds: number, status: number];
/** By case, page cache and image. */
type Starts = Map<string, Start[]>;

/**
 * How long programs take to start in a container with a read-only root and an ordinary user: in an image without
 * bytecode, with ours, and with Python's own, in turn: npm run bench -- start REQUIREMENTS WHEELS|index WORKDIR [FLAGS of
 * build…]. Needs podman and runc.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const stack = await openStack("start", args);
  const none = (await stack.build("none", ["--bytecode", "none"])).image;
  const entry = (await stack.build("entry", ["--bytecode", "entry"])).image;
  const images: Readonly<Record<Image, string>> = { none, entry, pip: (await withOwnBytecode(none)).image };
  const version = (await runAsUser(entry, ["-c", "import platform; print(platform.python_version())"])).trim();
  const starts: Starts = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    for (const cache of CACHES) {
      for (const image of IMAGES) {
        const said = await runAsUser(images[image], ["-c", DRIVER, JSON.stringify(CASES), cache]);
        const found = JSON.parse(said.trim().split("\n").at(-1) ?? "{}") as Readonly<Record<string, Start>>;
        for (const [name, start] of Object.entries(found)) {
          const key = `${name} ${cache} ${image}`;
          starts.set(key, [...(starts.get(key) ?? []), start]);
        }
      }
    }
  }
  const names = Object.keys(CASES).filter((name) => starts.has(`${name} warm entry`));
  const cases = names.flatMap((name) => CACHES.map((cache) => row(name, cache, starts)));
  console.log(
    JSON.stringify({ case: "start", machine: machine(), python: version, rounds: ROUNDS, cases }, undefined, 2),
  );
  process.exitCode = cases.length > 0 && cases.every(({ isGood }) => isGood) ? 0 : 1;
}

interface Row {
  readonly name: string;
  readonly cache: string;
  readonly seconds: Readonly<Record<string, number>>;
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** Ours beside Python's own, and both beside none, in processor seconds. */
  readonly timesPip: number;
  readonly timesFaster: number;
  readonly pipTimesFaster: number;
  readonly verdict: string;
  readonly isGood: boolean;
}

function row(name: string, cache: string, starts: Starts): Row {
  const all = (image: Image): readonly Start[] => starts.get(`${name} ${cache} ${image}`) ?? [];
  const times = (image: Image, at: 0 | 1): number => median(all(image).map((start) => start[at]));
  const each = (at: 0 | 1): Readonly<Record<string, number>> =>
    Object.fromEntries(IMAGES.map((image) => [image, round(times(image, at))]));
  const ran = IMAGES.every((image) => all(image).every(([, , status]) => status === 0));
  // Starting is work for one processor: its time is the same whatever else the machine does.
  const [none, entry, pip] = [times("none", 1), times("entry", 1), times("pip", 1)];
  const [timesPip, timesFaster, pipTimesFaster] = [round(entry / pip), round(none / entry), round(none / pip)];
  const isFast = timesFaster >= WANTED_TIMES_FASTER;
  const asMuch = isFast ? "" : `: ${WANTED_TIMES_FASTER} are wanted, Python's own bytecode gives ${pipTimesFaster}`;
  return {
    ...{ name, cache, seconds: each(0), cpuSeconds: each(1), timesPip, timesFaster, pipTimesFaster },
    verdict: ran ? `${timesFaster} times faster than without${asMuch}` : "does not run",
    isGood: ran && timesPip <= MOST_TIMES_PIP,
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
