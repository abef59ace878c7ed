import assert from "node:assert/strict";
import { realpathSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type BuildBench, buildBench } from "../support/build-bench.ts";
import { ociasm } from "../support/cli.ts";
import { podmanRun } from "../support/containers.ts";
import { startHttpServer } from "../support/http-server.ts";
import { readImageFolder, readLayer } from "../support/image-folder.ts";
import { interpreterFolder } from "../support/interpreter.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";
import { buildWheel, type WheelSpec } from "../support/wheel.ts";

const SPECS: readonly WheelSpec[] = Array.from({ length: 5 }, (_, at) => ({
  name: `part${at}`,
  version: "1.0",
  files: {
    [`part${at}/__init__.py`]: `NUMBER = ${at}\n`,
    [`part${at}/tests/test_it.py`]: "assert True\n",
    [`part${at}/template.py`]: "{{ it }} template\n",
  },
}));

interface Layer {
  readonly kind: string;
  readonly digest: string;
  readonly origin: string;
}

interface Outcome {
  readonly layers: readonly Layer[];
  readonly digest: string;
  readonly bytes: Readonly<Record<string, number>>;
  readonly stderr: string;
}

async function startBench(t: TestContext): Promise<BuildBench> {
  const server = await startHttpServer(t);
  return buildBench(temporaryFolder(t), { server, wheels: SPECS.map(buildWheel), path: "/simple/" });
}

async function build(bench: BuildBench, interpreter: string, ...more: readonly string[]): Promise<Outcome> {
  const env = { OCIASM_PYODIDE: interpreter, npm_config_registry: "http://127.0.0.1:1/", OCIASM_BYTECODE: "" };
  const args = ["--json", "--progress", "plain", "-o", `type=oci,dest=${bench.layout},tar=false`, ...more];
  const { code, stdout, stderr } = await bench.build(args, { env });
  assert.equal(code, 0, stderr);
  const { digest, images, bytes } = JSON.parse(stdout);
  return { digest, bytes, layers: images[0].layers, stderr };
}

function digests({ layers }: Outcome, isBytecode: boolean): readonly string[] {
  return layers.filter(({ kind }) => (kind === "bytecode") === isBytecode).map(({ digest }) => digest);
}

test("bytecode lies in layers of its own, beside wheels' layers that are the same without it and for another Python", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const bench = await startBench(t);
  const without = await build(bench, interpreter, "--bytecode", "none");
  assert.deepEqual(digests(without, true), []);
  const other = await build(bench, interpreter, "--bytecode", "none", "--python", "3.12");
  const made = await build(bench, interpreter, "--bytecode", "entry");
  assert.deepEqual(digests(made, false), digests(without, false));
  const wheels = ({ layers }: Outcome) =>
    layers.filter(({ kind }) => kind === "package" || kind === "bucket").map((layer) => layer.digest);
  assert.deepEqual(wheels(other), wheels(without));
  const [image] = (await readImageFolder(bench.layout)).images;
  const found = new Set<string>();
  for (const layer of image?.layers ?? [])
    for (const path of (await readLayer(bench.layout, layer)).keys()) found.add(path);
  const bytecode = [...found].filter((path) => path.endsWith(".pyc")).map((path) => path.split("/site-packages/")[1]);
  assert.deepEqual(
    bytecode.sort(),
    SPECS.map(({ name }) => `${name}/__pycache__/__init__.cpython-311.pyc`),
  );
});

test("a known layer of bytecode costs nothing: not here, and not where an earlier image has it", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const bench = await startBench(t);
  writeFileSync(join(bench.folder, "context", "ociasm.yaml"), "bytecode: all\n");
  const first = await build(bench, interpreter);
  assert.ok(digests(first, true).length > 0);
  const again = await build(bench, "/nowhere", "--offline");
  assert.equal(again.digest, first.digest);
  assert.equal(again.bytes["assembled"], 0);
  await rm(bench.cache, { recursive: true });
  const elsewhere = join(bench.folder, "elsewhere");
  const cached = ["--cache-from", `oci:${bench.layout}:1`, "-o", `type=oci,dest=${elsewhere},tar=false`];
  const fresh = await build(bench, "/nowhere", ...cached);
  assert.equal(fresh.digest, first.digest);
  assert.equal(fresh.bytes["wheelsFetched"], 0);
  assert.ok(fresh.layers.every(({ kind, origin }) => kind !== "bytecode" || origin === "registry"));
});

test("where no interpreter can be had the build goes on and says in one line what that costs", async (t) => {
  const bench = await startBench(t);
  const without = await build(bench, "", "--bytecode", "none");
  const offline = await build(bench, "", "--bytecode", "entry", "--offline");
  assert.equal(offline.digest, without.digest);
  assert.match(offline.stderr, /goes without bytecode, and modules without bytecode are compiled at each start: /);
  assert.match(offline.stderr, /npm install pyodide@0\.25\.1/);
  const refused = await build(bench, "", "--bytecode", "entry");
  assert.equal(refused.digest, without.digest);
  assert.match(refused.stderr, /goes without bytecode/);
  const old = await build(bench, "", "--bytecode", "entry", "--python", "3.10");
  assert.match(old.stderr, /no bytecode: no interpreter here compiles for Python 3\.10/);
});

test("the project's own modules have bytecode right below them, and nothing else is another for it", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined) return;
  const bench = await startBench(t);
  const shop = join(bench.folder, "context", "shop");
  await mkdir(join(shop, "tests"), { recursive: true });
  writeFileSync(join(shop, "tests", "test_shop.py"), "x = 1\n");
  const module = `TEXT = "${"x".repeat(2 ** 19)}"\n`;
  writeFileSync(join(shop, "__init__.py"), module);
  const without = await build(bench, interpreter, "--bytecode", "stdlib");
  const made = await build(bench, interpreter, "--bytecode", "entry");
  assert.deepEqual(digests(made, false), digests(without, false));
  const [below, uppermost] = made.layers.slice(-2);
  assert.deepEqual([below?.kind, uppermost?.kind], ["bytecode", "project"]);
  const [image] = (await readImageFolder(bench.layout)).images;
  const found = await readLayer(bench.layout, image?.layers.at(-2) ?? assert.fail("no layer"));
  assert.deepEqual(
    [...found.keys()].filter((path) => path.endsWith(".pyc")),
    ["app/__pycache__/main.cpython-311.pyc", "app/shop/__pycache__/__init__.cpython-311.pyc"],
  );
  writeFileSync(join(shop, "__init__.py"), `${module}MORE = 1\n`);
  const changed = await build(bench, interpreter, "--bytecode", "entry");
  const all = ({ layers }: Outcome) => layers.map(({ digest }) => digest);
  assert.deepEqual(all(changed).slice(0, -2), all(made).slice(0, -2));
  assert.notEqual(digests(changed, true).at(-1), digests(made, true).at(-1));
  writeFileSync(join(shop, "__init__.py"), "TEXT = 'few'\n");
  const few = await build(bench, interpreter, "--bytecode", "entry");
  assert.deepEqual(digests(few, true), digests(made, true).slice(0, -1));
});

const IMPORTED = `
import asyncio, json, logging, ssl, click
import sys
import os
modules = [m for m in sys.modules.values() if type(getattr(m, "__loader__", None)).__name__ == "SourceFileLoader"]
print(json.dumps([m.__file__ for m in modules if m.__cached__ is None or not os.path.exists(m.__cached__)]))
`;

test("in a container every module of the standard library and of a wheel is taken from its bytecode", async (t) => {
  const interpreter = interpreterFolder(t);
  if (interpreter === undefined || !needsTools(t, "podman", "runc")) return;
  // podman makes a name of the path, and names are lower case.
  const work = join(realpathSync(tmpdir()), `ociasm-bytecode-${process.pid}`);
  await mkdir(work);
  t.after(() => rm(work, { recursive: true, force: true }));
  writeFileSync(join(work, "requirements.txt"), "click==8.1.8\n");
  writeFileSync(join(work, "main.py"), "print('up')\n");
  const out = join(work, "out");
  const env = { HOME: work, OCIASM_PYODIDE: interpreter, OCIASM_BYTECODE: "entry" };
  const built = await ociasm(["build", work, "-t", "up:1", "-o", `type=oci,dest=${out},tar=false`], { env });
  assert.equal(built.code, 0, built.stderr);
  const flags = ["--read-only", "--user", "65532", "--entrypoint", "python"];
  const run = await podmanRun(`oci:${out}:1`, ["-v", "-c", IMPORTED], flags);
  assert.equal(run.code, 0, run.stderr);
  // Debian's sitecustomize is a link into /etc, which no package compiles either.
  const missing = (JSON.parse(run.stdout.trim()) as string[]).filter((path) => !path.endsWith("/sitecustomize.py"));
  assert.deepEqual(missing, []);
  assert.ok((run.stderr.match(/\.pyc matches /g) ?? []).length > 50, "taken from bytecode");
  assert.match(run.stderr, /site-packages\/click\/__pycache__\/core\.cpython-311\.pyc matches/);
});
