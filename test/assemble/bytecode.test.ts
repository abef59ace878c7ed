import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { BytecodePack, PackJob } from "../../src/assemble/bytecode-pack.ts";
import { createBytecodeThread } from "../../src/assemble/bytecode-thread.ts";
import { createCompilers } from "../../src/assemble/compilers.ts";
import type { Listing } from "../../src/layers/listing.ts";
import type {
  BytecodeSource,
  DebSource,
  FileSource,
  InstallScheme,
  ModulesSource,
  WheelSource,
} from "../../src/layers/recipe.ts";
import { SCHEME, SITE } from "../support/assemble.ts";
import { buildDeb } from "../support/deb.ts";
import { interpreterFolder } from "../support/interpreter.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel, type WheelSpec } from "../support/wheel.ts";

const { signal } = new AbortController();
const LINKED: InstallScheme = { ...SCHEME, links: { "app/.venv/lib/python3.*": "app/.venv/lib/python3" } };

/** Flags of a .pyc (PEP 552). */
const HASHED_AND_CHECKED = 0b11;

interface Files {
  readonly folder: string;
  readonly interpreter: string;
}

type Packed = Exclude<BytecodeSource["of"], ModulesSource>;

function packJob({ folder, interpreter }: Files, of: Packed, bytes: Buffer, name = ""): PackJob {
  const path = join(folder, of.sha256);
  writeFileSync(path, bytes);
  return jobOf(of, { [of.sha256]: path }, interpreter, `${path}${name}`);
}

function jobOf(of: BytecodeSource["of"], paths: PackJob["paths"], interpreter: string, stem: string): PackJob {
  const source = { type: "bytecode", of, python: "3.11", compiler: "test", tests: false } as const;
  return { source, scheme: LINKED, paths, folder: interpreter, packPath: `${stem}.pack`, listingPath: `${stem}.json` };
}

function wheelJob(files: Files, spec: WheelSpec, name?: string, more: Partial<WheelSource> = {}): PackJob {
  const { filename, sha256, size, bytes } = buildWheel(spec);
  const of: WheelSource = { type: "wheel", name: spec.name, version: spec.version, filename, sha256, size, ...more };
  return packJob(files, of, bytes, name);
}

function contents(job: PackJob, below: string = SITE): ReadonlyMap<string, Buffer> {
  const listing = JSON.parse(readFileSync(job.listingPath, "utf8")) as Listing;
  const pack = readFileSync(job.packPath);
  const found = new Map<string, Buffer>();
  let offset = 0;
  for (const { path, size = 0 } of listing.entries) {
    found.set(path.slice(below.length + 1), pack.subarray(offset, offset + size));
    offset += size;
  }
  return found;
}

test("every module of a wheel gets bytecode in its __pycache__, and nothing else does", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const folder = temporaryFolder(t);
  const job = wheelJob(
    { folder, interpreter },
    {
      name: "demo",
      version: "1.0",
      files: {
        "demo/__init__.py": "x = 1\n",
        "demo/template.py": "{{ name }} is\n",
        "demo/own.py": "x = 2\n",
        "demo/__pycache__/own.cpython-311.pyc": "brought along",
        "demo/taken.py": "x = 3\n",
        "demo/data.txt": "x",
        "demo/tests/big.py": "x = 5\n",
      },
      scripts: { "tool.py": "#!python\n" },
      data: { "purelib/more.py": "x = 4\n" },
    },
    "",
    { exclude: [`${SITE}/demo/taken.py`] },
  );
  const thread = createBytecodeThread();
  t.after(() => thread.close());
  await thread.run(job, signal);
  const found = contents(job);
  assert.deepEqual([...found.keys()].sort(), [
    "__pycache__/more.cpython-311.pyc",
    "demo/__pycache__/__init__.cpython-311.pyc",
  ]);
  // As sys.path has it: through the environment's link.
  assert.ok(found.get("__pycache__/more.cpython-311.pyc")?.includes("/app/.venv/lib/python3.11/site-packages/more.py"));
});

test("packs are the same from one thread or four, in any order", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const folder = temporaryFolder(t);
  const specs = [0, 1, 2, 3, 4, 5].map(
    (n): WheelSpec => ({
      name: `demo${n}`,
      version: "1.0",
      files: Object.fromEntries(
        [0, 1, 2, 3, 4].map((m) => [
          `demo${n}/m${m}.py`,
          m === n
            ? "print 'py2'\n"
            : `def f(name_${n}, name_${m}):\n    return name_${m}.lonely, 'name_${n}', {'a', 'b'}\n`,
        ]),
      ),
    }),
  );
  const digests = async (threads: number, order: readonly WheelSpec[]): Promise<readonly string[]> => {
    const compilers = createCompilers();
    const made = new Map<string, BytecodePack>();
    const queue = [...order];
    const work = async (): Promise<void> => {
      for (let spec = queue.shift(); spec !== undefined; spec = queue.shift()) {
        made.set(spec.name, await compilers.run(wheelJob({ folder, interpreter }, spec, `-${threads}`), signal));
      }
    };
    await Promise.all(Array.from({ length: threads }, work));
    await compilers.rest();
    return specs.map(({ name }) => JSON.stringify(made.get(name)));
  };
  const one = await digests(1, specs);
  assert.deepEqual(await digests(4, [...specs].reverse()), one);
  assert.equal(new Set(one).size, specs.length);
});

test("the standard library's modules are those of the package's own Python", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const folder = temporaryFolder(t);
  const { bytes, sha256, filename } = buildDeb({
    name: "libpython3.11-minimal",
    files: [
      { path: "usr/lib/python3.11/abc.py", content: "x = 1\n" },
      { path: "usr/lib/python3.11/test/big.py", content: "x = 2\n" },
      { path: "usr/lib/python3.11/linked.py", type: "symlink", linkName: "/etc/x.py" },
      { path: "usr/lib/python3/dist-packages/other.py", content: "x = 3\n" },
    ],
  });
  const of: DebSource = {
    type: "deb",
    package: "libpython3.11-minimal",
    version: "1.0-1",
    architecture: "amd64",
    filename,
    sha256,
    size: bytes.length,
    exclude: ["usr/lib/python3.11/test/**"],
  };
  const job = packJob({ folder, interpreter }, of, bytes);
  const thread = createBytecodeThread();
  t.after(() => thread.close());
  const { pack } = await thread.run(job, signal);
  const { entries } = JSON.parse(readFileSync(job.listingPath, "utf8")) as Listing;
  assert.deepEqual(
    entries.map(({ path, owner, mode }) => [path, owner, mode]),
    [["usr/lib/python3.11/__pycache__/abc.cpython-311.pyc", "libpython3.11-minimal=1.0-1", 0o644]],
  );
  assert.equal(pack.digest, `sha256:${createHash("sha256").update(readFileSync(job.packPath)).digest("hex")}`);
  assert.equal(existsSync(`${job.packPath}.spool`), false);
});

test("the project's modules get bytecode that Python holds against them, and none may change meanwhile", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const folder = temporaryFolder(t);
  const texts = new Map([
    ["app/main.py", "import shop\n"],
    ["app/shop/__init__.py", "x = 1\n"],
    ["app/shop/template.py", "{{ name }} is\n"],
  ]);
  const files = [...texts].map(([path, text]): FileSource => {
    const sha256 = createHash("sha256").update(text).digest("hex");
    writeFileSync(join(folder, sha256), text);
    return { type: "file", path, mode: 0o644, sha256, size: text.length };
  });
  const of: ModulesSource = { type: "modules", filename: "the project", sha256: "0".repeat(64), size: 20, files };
  const paths = Object.fromEntries(files.map(({ sha256 }) => [sha256, join(folder, sha256)]));
  const job = jobOf(of, paths, interpreter, join(folder, "project"));
  const thread = createBytecodeThread();
  t.after(() => thread.close());
  await thread.run(job, signal);
  const found = contents(job, "app");
  assert.deepEqual(
    [...found.keys()],
    ["__pycache__/main.cpython-311.pyc", "shop/__pycache__/__init__.cpython-311.pyc"],
  );
  for (const bytes of found.values()) assert.equal(bytes.readUInt32LE(4), HASHED_AND_CHECKED);
  assert.ok(found.get("__pycache__/main.cpython-311.pyc")?.includes("/app/main.py"));
  writeFileSync(join(folder, files[0]?.sha256 ?? ""), "import that\n");
  await assert.rejects(thread.run(job, signal), {
    code: "PROJECT_INVALID",
    message: "app/main.py changed while the image was built",
  });
});

test("a module that takes too long, and an interrupt, end the thread and leave nothing behind", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const folder = temporaryFolder(t);
  const job = wheelJob({ folder, interpreter }, { name: "slow", version: "1.0", files: { "slow.py": "x = 1\n" } });
  const before = readdirSync(folder);
  const impatient = createBytecodeThread(0.01);
  await assert.rejects(impatient.run(job, signal), { code: "WHEEL_INVALID", message: /takes longer than 0\.01 s/ });
  const thread = createBytecodeThread();
  const stop = new AbortController();
  const running = thread.run(job, stop.signal);
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(running, { code: "INTERRUPTED" });
  assert.deepEqual(readdirSync(folder), before);
});

test("a damaged wheel is refused by name", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const folder = temporaryFolder(t);
  const record = (rows: readonly { readonly path: string; readonly hash: string; readonly size: string }[]) =>
    rows.map((row) => (row.path === "bad.py" ? { ...row, hash: `sha256=${"A".repeat(43)}` } : row));
  const spec: WheelSpec = { name: "bad", version: "1.0", files: { "bad.py": "x = 1\n" }, record };
  const thread = createBytecodeThread();
  t.after(() => thread.close());
  await assert.rejects(thread.run(wheelJob({ folder, interpreter }, spec), signal), {
    code: "WHEEL_INVALID",
    message: /bad\.py/,
  });
});
