import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, measure, median } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
const ROUNDS = 3;
/** Of the processor time in the same image with bytecode by Python itself, as pip makes it. */
const MOST_TIMES_PIP = 1.1;

const SCOPES = ["none", "stdlib", "entry", "all"] as const;
const APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef root():\n    return {'up': True}\n";
const CASES: Readonly<Record<string, string>> = {
  torch: "import torch",
  transformers: "import transformers",
  pipeline: "from transformers import pipeline",
  fastapi: "import main, uvicorn",
};

/** Runs inside the container: starts Python anew for each case, the first time for the file system's sake. */
const DRIVER = `
import json, os, subprocess, sys, time
found = {}
for name, code in json.loads(sys.argv[1]).items():
    runs = []
    for _ in range(2):
        begin = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL, cwd="/app")
        _, status, usage = os.wait4(child.pid, 0)
        runs.append([time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, status])
    found[name] = runs[1:]
print(json.dumps(found))
`;

const PODMAN = ["--runtime", "runc", "run", "--network", "none"];
const LIMITS = ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", "--entrypoint", "python"];
const OWN = ["--rm", "--read-only", "--user", "65532", ...LIMITS];
const COMPILE = ["-m", "compileall", "-q", "/app/.venv/lib/python3/site-packages", "/usr/lib/python3.11"];

type Runs = Readonly<Record<string, readonly (readonly [seconds: number, cpuSeconds: number, status: number])[]>>;

/**
 * How long programs take to start in an image with bytecode, without, and with Python's own, side by
 * side: npm run bench -- start REQUIREMENTS WHEELS|index WORKDIR [CACHE]. Needs podman and runc, and 40 GB.
 */
export async function bench([requirements, wheels, work, cache]: readonly string[]): Promise<void> {
  if (requirements === undefined || wheels === undefined || work === undefined) {
    throw new Error("usage: npm run bench -- start REQUIREMENTS WHEELS|index WORKDIR [CACHE]");
  }
  const context = resolve(work, "context");
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "main.py"), APP);
  const source = wheels === "index" ? [] : ["--no-index", "--find-links", resolve(wheels)];
  const common = ["build", context, "-r", resolve(requirements), ...source, "--progress", "quiet", "--json"];
  const images = new Map<string, string>();
  const sizes: Record<string, number> = {};
  for (const scope of SCOPES) {
    const out = resolve(work, "layout");
    const place = ["--cache-dir", resolve(cache ?? join(work, "cache")), "-o", `type=oci,dest=${out},tar=false`];
    const args = [CLI, ...common, ...place, "-t", `start:${scope}`, "--bytecode", scope];
    const { stdout } = await succeed(process.execPath, args);
    sizes[scope] = (JSON.parse(stdout) as { images: { size: number }[] }).images[0]?.size ?? 0;
    if (scope === "none" || scope === "entry") images.set(scope, `oci:${out}:${scope}`);
  }
  images.set("pip", await withOwnBytecode(images.get("none") ?? ""));
  const runs = new Map<string, Runs[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, image] of images) {
      const { stdout } = await succeed("podman", [...PODMAN, ...OWN, image, "-c", DRIVER, JSON.stringify(CASES)]);
      runs.set(name, [...(runs.get(name) ?? []), JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as Runs]);
    }
  }
  const cases = Object.keys(CASES).map((name) => row(name, runs));
  console.log(JSON.stringify({ case: "start", machine: machine(), sizes, cases }, undefined, 2));
  process.exitCode = cases.every(({ isGood }) => isGood) ? 0 : 1;
}

/** The image in which Python has compiled all that pip would have installed. */
async function withOwnBytecode(image: string): Promise<string> {
  const name = `ociasm-start-${process.pid}`;
  await succeed("podman", [...PODMAN, "--name", name, "--user", "0", ...LIMITS, image, ...COMPILE]);
  await succeed("podman", ["commit", "-q", name, `localhost/${name}`]);
  // On some hosts its mounts stay busy for a moment; the container is of no more use either way.
  await measure("podman", ["--runtime", "runc", "rm", "-f", name]);
  return `localhost/${name}`;
}

function row(
  name: string,
  runs: ReadonlyMap<string, readonly Runs[]>,
): Readonly<Record<string, unknown>> & { isGood: boolean } {
  const times = (image: string, at: 0 | 1): number =>
    round(median((runs.get(image) ?? []).flatMap((run) => (run[name] ?? []).map((one) => one[at]))));
  const ran = [...runs.values()].flat().every((run) => run[name]?.every(([, , status]) => status === 0) === true);
  // Starting is work for one processor: its time is the same whatever else the machine does.
  const [pip, entry, none] = [times("pip", 1), times("entry", 1), times("none", 1)];
  const [timesPip, timesFaster] = [round(entry / pip), round(none / entry)];
  return {
    name,
    seconds: Object.fromEntries([...runs.keys()].map((image) => [image, times(image, 0)])),
    cpuSeconds: Object.fromEntries([...runs.keys()].map((image) => [image, times(image, 1)])),
    timesPip,
    timesFaster,
    isGood: ran && timesPip <= MOST_TIMES_PIP,
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

async function succeed(command: string, args: readonly string[]): Promise<{ readonly stdout: string }> {
  const run = await measure(command, args);
  if (run.code !== 0) throw new Error(`${command} ${args.slice(0, 4).join(" ")}: ${run.stderr.slice(-2000)}`);
  return run;
}
