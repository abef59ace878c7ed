import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { cp, link, lstat, mkdir, open, readdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type InstalledTree, IS_RECORD, type TreeNode } from "./installed-tree.ts";
import { oraclePython } from "./tools.ts";

/** pip, and an empty virtual environment to copy. */
export interface PipOracle {
  readonly version: string;
  /** "3.11". */
  readonly minor: string;
  /** The script by which `pip --python` starts pip in another environment. */
  readonly runner: string;
  readonly template: string;
}

/** What pip made of a wheel, in the places and with the interpreter of an environment at /app/.venv whose Python has no minor. */
export interface PipTree extends InstalledTree {
  /** Files whose first line named this environment's interpreter. */
  readonly shebangs: ReadonlySet<string>;
}

/** The first pip whose launchers don't import `re`. */
const LEAST_PIP = [26, 3];

const PROBE =
  "import pip,sys,os; print(pip.__version__, '%d.%d' % sys.version_info[:2], os.path.dirname(pip.__file__), sep='\\n')";

/** Undefined when there is no pip that is new enough. `folder` is empty, its path short: it stands in `#!` lines. */
export async function findPip(folder: string): Promise<PipOracle | undefined> {
  const python = oraclePython();
  if (python === undefined) return undefined;
  const probe = spawnSync(python, ["-c", PROBE], { encoding: "utf8" });
  const [version = "", minor = "", place = ""] = probe.stdout?.split("\n") ?? [];
  const [major = 0, least = 0] = version.split(".").map(Number);
  if (probe.status !== 0 || major < 26 || (major === LEAST_PIP[0] && least < (LEAST_PIP[1] ?? 0))) return undefined;
  const template = join(folder, "template");
  const made = spawnSync(python, ["-m", "venv", "--without-pip", template], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`python -m venv: ${made.stderr}`);
  return { version, minor, runner: join(place, "__pip-runner__.py"), template };
}

export interface PipRequest {
  readonly name: string;
  readonly version: string;
  /** The wheel's own file name. */
  readonly filename: string;
  readonly wheelPath: string;
  /** Made and removed. */
  readonly folder: string;
}

/**
 * Installs a wheel by name with `--no-deps --no-compile` into a fresh environment. pip finds it as `py3-none-any`, so that
 * it takes wheels for another libc, machine or minor; it reads the tags nowhere else.
 */
export async function pipTree(oracle: PipOracle, request: PipRequest): Promise<PipTree> {
  const { folder } = request;
  const venv = join(folder, "v");
  const wheels = join(folder, "w");
  try {
    await mkdir(wheels, { recursive: true });
    await cp(oracle.template, venv, { recursive: true, verbatimSymlinks: true });
    const known = new Set(await walk(venv));
    const path = join(wheels, anyName(request.filename));
    await link(request.wheelPath, path).catch(() => symlink(request.wheelPath, path));
    await runPip(oracle, venv, wheels, `${request.name}==${request.version}`);
    return await readTree(venv, known);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function anyName(filename: string): string {
  const [name = "", version = ""] = filename.split("-");
  return `${name}-${version}-py3-none-any.whl`;
}

const OPTIONS = ["--isolated", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "--quiet"];
const INSTALL = [
  "--no-deps",
  "--no-compile",
  "--no-index",
  "--only-binary=:all:",
  "--ignore-requires-python",
  "--no-warn-script-location",
  "--root-user-action=ignore",
];

async function runPip(oracle: PipOracle, venv: string, wheels: string, requirement: string): Promise<void> {
  const args = [oracle.runner, "install", ...OPTIONS, ...INSTALL, "--find-links", wheels, requirement];
  // Modes of what pip writes follow the umask.
  const child = spawn("/bin/sh", ["-c", 'umask 022; exec "$@"', "sh", join(venv, "bin", "python"), ...args], {
    env: { PATH: process.env["PATH"], LANG: "C.UTF-8", PIP_CONFIG_FILE: "/dev/null", PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`pip install ${requirement}: ${stderr.trim()}`);
}

/** All paths below a folder. Node's own recursive listing would follow `lib64`. */
async function walk(folder: string, below = ""): Promise<readonly string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const paths = await Promise.all(
    entries.map(async (entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? [path, ...(await walk(folder, path))] : [path];
    }),
  );
  return paths.flat().sort();
}

async function readTree(venv: string, known: ReadonlySet<string>): Promise<PipTree> {
  const paths = await walk(venv);
  const filled = parentsOf(paths.filter((path) => !known.has(path)));
  const nodes = new Map<string, TreeNode>();
  const shebangs = new Set<string>();
  let record: InstalledTree["record"];
  for (const path of paths) {
    if (known.has(path) && !filled.has(path)) continue;
    const place = linkedPlace(path);
    const { node, hasShebang } = await readNode(join(venv, path), venv);
    nodes.set(place, node);
    if (hasShebang) shebangs.add(place);
    if (IS_RECORD.test(path)) record = { path: place, text: await readFile(join(venv, path), "utf8") };
  }
  return { nodes, record, shebangs };
}

/** Where the environment layer's links lead to (docs/install.md, Places). */
export function linkedPlace(path: string): string {
  return path.replace(/^lib64(?=\/)/, "lib").replace(/^(lib|include\/site)\/python3\.[0-9]+t?(?=\/|$)/, "$1/python3");
}

function parentsOf(paths: readonly string[]): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const path of paths) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
      parents.add(path.slice(0, end));
  }
  return parents;
}

async function readNode(
  path: string,
  venv: string,
): Promise<{ readonly node: TreeNode; readonly hasShebang: boolean }> {
  const stat = await lstat(path);
  const mode = stat.mode & 0o7777;
  if (stat.isDirectory()) return { node: { type: "directory", mode }, hasShebang: false };
  if (!stat.isFile()) return { node: { type: "other", mode }, hasShebang: false };
  const line = `#!${venv}/bin/python\n`;
  const hasShebang = (await head(path, line.length)) === line;
  if (!hasShebang) {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    return { node: { type: "file", mode, size: stat.size, sha256: hash.digest("hex") }, hasShebang };
  }
  const bytes = Buffer.concat([Buffer.from("#!/app/.venv/bin/python\n"), (await readFile(path)).subarray(line.length)]);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { node: { type: "file", mode, size: bytes.length, sha256 }, hasShebang };
}

async function head(path: string, length: number): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await handle.close();
  }
}
