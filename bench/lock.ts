import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CountingProxy, startCountingProxy } from "./_counting-proxy.ts";
import { machine, measure, median } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../bundle/cli/main.js", import.meta.url));
const ROUNDS = 3;

/** Direct requirements, by case. */
const CASES: Readonly<Record<string, string>> = {
  torch: "torch==2.9.1 transformers fastapi uvicorn numpy pillow sentencepiece",
  popular: `aiohttp alembic anyio argon2-cffi attrs azure-core babel bcrypt beautifulsoup4 black boto3 cachetools celery
    certifi cffi charset-normalizer click cloudpickle colorama contourpy coverage cryptography cycler dask decorator
    dill django dnspython docker fastapi filelock flake8 flask fonttools frozenlist fsspec gitpython google-auth
    greenlet grpcio gunicorn h11 httpx idna importlib-metadata ipython isort jinja2 jmespath joblib jsonschema
    kubernetes lxml mako markdown markupsafe matplotlib mypy networkx numpy oauthlib openpyxl orjson packaging pandas
    paramiko pillow platformdirs pluggy prometheus-client protobuf psutil psycopg2-binary pyarrow pydantic pygments
    pyjwt pymongo pytest python-dateutil pytz pyyaml redis regex requests rich ruff s3fs scikit-learn scipy sentry-sdk
    setuptools six sqlalchemy starlette structlog sympy tabulate tenacity tornado tqdm typer urllib3 uvicorn virtualenv
    watchdog websockets werkzeug wrapt yarl zipp`,
};

interface Sample {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the process and its children, in MiB. */
  readonly peakMiB: number;
  readonly bytes: number;
  readonly connections: number;
}

/**
 * A resolution for CPython 3.11 on linux x86_64 beside `uv pip compile`, cold and warm: npm run bench -- lock [CASE…]
 * Nothing is read of a base image (`--base scratch`, with the Python and the libc named), and neither builds what has no
 * wheel: only resolving is compared.
 */
export async function bench(wanted: readonly string[]): Promise<void> {
  const proxy = await startCountingProxy();
  try {
    for (const name of wanted.length === 0 ? Object.keys(CASES) : wanted) {
      const packages = CASES[name];
      if (packages === undefined) throw new Error(`cases: ${Object.keys(CASES).join(", ")}`);
      console.log(
        JSON.stringify({ case: `lock ${name}`, machine: machine(), ...(await compare(packages, proxy)) }, undefined, 2),
      );
    }
  } finally {
    await proxy.close();
  }
}

async function compare(packages: string, proxy: CountingProxy): Promise<Readonly<Record<string, unknown>>> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  try {
    await writeFile(join(work, "in.txt"), `${packages.split(/\s+/).join("\n")}\n`);
    await mkdir(join(work, "app"));
    const commands = { uv: uvCommand, ociasm: ociasmCommand };
    const runs: Record<keyof typeof commands, Record<"cold" | "warm", Sample[]>> = {
      uv: { cold: [], warm: [] },
      ociasm: { cold: [], warm: [] },
    };
    // In turns, so that both meet the same network.
    for (let round = 0; round < ROUNDS; round++) {
      for (const kind of ["cold", "warm"] as const) {
        for (const tool of ["uv", "ociasm"] as const) {
          runs[tool][kind].push(await sample(commands[tool](work, `cache-${tool}-${round}`), work, proxy));
        }
      }
    }
    const [uv, ociasm] = [summary(runs.uv), summary(runs.ociasm)];
    return {
      uv,
      ociasm,
      ratio: {
        cold: round2(ociasm.cold.seconds / uv.cold.seconds),
        warm: round2(ociasm.warm.seconds / uv.warm.seconds),
        coldBytes: round2(ociasm.cold.bytes / uv.cold.bytes),
        warmBytes: round2(ociasm.warm.bytes / uv.warm.bytes),
      },
      differences: await differences(work),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Command = readonly [program: string, ...args: readonly string[]];

function uvCommand(work: string, cache: string): Command {
  const target = ["--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_36"];
  const rest = ["--only-binary", ":all:", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"];
  const places = ["--cache-dir", join(work, cache), "-o", join(work, "uv.txt")];
  return ["uv", "pip", "compile", join(work, "in.txt"), ...target, ...rest, ...places];
}

function ociasmCommand(work: string, cache: string): Command {
  const target = ["--base", "scratch", "--python", "3.11", "--libc", "glibc:2.36"];
  const places = ["-r", join(work, "in.txt"), "-o", join(work, "pylock.toml"), "--cache-dir", join(work, cache)];
  return [process.execPath, CLI, "lock", join(work, "app"), ...target, ...places, "--no-build", "--quiet"];
}

async function sample([program, ...args]: Command, work: string, proxy: CountingProxy): Promise<Sample> {
  // Nothing is kept of the answer before, only of what servers said.
  await rm(args[args.indexOf("-o") + 1] ?? "", { force: true });
  proxy.take();
  const { PATH, HOME, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, PIP_CERT } = process.env;
  const env = { PATH, HOME, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, PIP_CERT, HTTPS_PROXY: proxy.url };
  const { code, seconds, cpuSeconds, peakRss, stderr } = await measure(program, args, { cwd: work, env });
  if (code !== 0) throw new Error(stderr);
  return { seconds, cpuSeconds, peakMiB: Math.round(peakRss / 2 ** 20), ...proxy.take() };
}

function summary({ cold, warm }: Readonly<Record<"cold" | "warm", readonly Sample[]>>): {
  readonly cold: Sample;
  readonly warm: Sample;
} {
  return { cold: middle(cold), warm: middle(warm) };
}

function middle(samples: readonly Sample[]): Sample {
  const of = (pick: (one: Sample) => number) => round2(median(samples.map(pick)));
  return {
    seconds: of((one) => one.seconds),
    cpuSeconds: of((one) => one.cpuSeconds),
    peakMiB: of((one) => one.peakMiB),
    bytes: of((one) => one.bytes),
    connections: of((one) => one.connections),
  };
}

/** Pins that only one of the two has. */
async function differences(work: string): Promise<readonly string[]> {
  const uv = (await readFile(join(work, "uv.txt"), "utf8")).matchAll(/^([\w.-]+)==([^\s;]+)/gm);
  const ours = (await readFile(join(work, "pylock.toml"), "utf8")).matchAll(/^name = "(.+)"\nversion = "(.+)"$/gm);
  const [theirs, own] = [uv, ours].map((all) => new Set([...all].map(([, name, version]) => `${name}==${version}`)));
  return [
    ...[...(theirs ?? [])].filter((pin) => own?.has(pin) !== true).map((pin) => `uv: ${pin}`),
    ...[...(own ?? [])].filter((pin) => theirs?.has(pin) !== true).map((pin) => `ociasm: ${pin}`),
  ].sort();
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
