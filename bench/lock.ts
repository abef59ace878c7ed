import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CountingProxy, startCountingProxy } from "./_counting-proxy.ts";
import { costColumns, inRounds, numberIn, type Round } from "./_job.ts";
import { succeed } from "./_measure.ts";
import { uvProgram } from "./peers/installer.ts";
import { OCIASM } from "./peers/ociasm.ts";
import { finish } from "./report/finish.ts";
import { type Figure, medianOf, peakRss, ratio } from "./report/result.ts";

const ROUNDS = 3;
/** Times uv. */
const LIMIT = 1.5;

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
      await compare(name, packages, proxy);
    }
  } finally {
    await proxy.close();
  }
}

async function compare(name: string, packages: string, proxy: CountingProxy): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  try {
    await writeFile(join(work, "in.txt"), `${packages.split(/\s+/).join("\n")}\n`);
    await mkdir(join(work, "app"));
    const uv = await uvProgram();
    const commands = {
      uv: (cache: string) => uvCommand(uv, work, cache),
      ociasm: (cache: string) => ociasmCommand(work, cache),
    };
    // In turns, so that both meet the same network.
    const jobs = (["cold", "warm"] as const).flatMap((kind) =>
      (["uv", "ociasm"] as const).map((tool) => ({
        subject: `${tool}, ${kind}`,
        run: (round: number) => sample(commands[tool](`cache-${tool}-${round}`), work, proxy),
      })),
    );
    const rows = await inRounds(ROUNDS, jobs, "quiet");
    const quotient = (kind: string, column: string, most?: number): readonly Figure[] => {
      const [ours, theirs] = ["ociasm", "uv"].map((tool) => medianOf(rows, `${tool}, ${kind}`, column));
      return ratio(`resolve ${name}, ${kind}, ${column}: ociasm / uv`, ours, theirs, most);
    };
    finish({
      case: `lock-${name}`,
      versions: { uv: numberIn((await succeed(uv, ["--version"])).stdout) },
      tables: [{ title: `Resolve ${name}`, rows }],
      figures: ["cold", "warm"].flatMap((kind) => [
        ...quotient(kind, "wall s", LIMIT),
        ...quotient(kind, "MB"),
        ...peakRss(`resolve ${name}, ${kind}: peak RSS`, rows, `ociasm, ${kind}`),
      ]),
    });
    for (const line of await differences(work)) console.log(line);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Command = readonly [program: string, ...args: readonly string[]];

function uvCommand(uv: string, work: string, cache: string): Command {
  const target = ["--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_36"];
  const rest = ["--only-binary", ":all:", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"];
  const places = ["--cache-dir", join(work, cache), "-o", join(work, "uv.txt")];
  return [uv, "pip", "compile", join(work, "in.txt"), ...target, ...rest, ...places];
}

function ociasmCommand(work: string, cache: string): Command {
  const target = ["--base", "scratch", "--python", "3.11", "--libc", "glibc:2.36"];
  const places = ["-r", join(work, "in.txt"), "-o", join(work, "pylock.toml"), "--cache-dir", join(work, cache)];
  return [process.execPath, OCIASM, "lock", join(work, "app"), ...target, ...places, "--no-build", "--quiet"];
}

async function sample([program, ...args]: Command, work: string, proxy: CountingProxy): Promise<Round> {
  // Nothing is kept of the answer before, only of what servers said.
  await rm(args[args.indexOf("-o") + 1] ?? "", { force: true });
  proxy.take();
  const { PATH, HOME, SSL_CERT_FILE, PIP_CERT } = process.env;
  const env = { PATH, HOME, SSL_CERT_FILE, PIP_CERT, HTTPS_PROXY: proxy.url };
  const cost = await succeed(program, args, { cwd: work, env });
  const { bytes, connections } = proxy.take();
  return { ...costColumns(cost), MB: bytes / 1e6, connections };
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
