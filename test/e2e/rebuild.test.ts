import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type BuildBench, buildBench } from "../support/build-bench.ts";
import { COMPILED_CLI } from "../support/cli.ts";
import { startHttpServer, type TestServer } from "../support/http-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel, type WheelSpec } from "../support/wheel.ts";

const SPECS: readonly WheelSpec[] = Array.from({ length: 12 }, (_, at) => ({
  name: `part${at}`,
  version: "1.0",
  files: { [`part${at}/__init__.py`]: `NUMBER = ${at}\n` },
}));

interface Result {
  readonly digest: string;
  readonly images: readonly { readonly layers: readonly { readonly kind: string; readonly origin: string }[] }[];
  readonly bytes: Readonly<Record<string, number>>;
}

interface Bench extends BuildBench {
  readonly server: TestServer;
}

async function startBench(t: TestContext): Promise<Bench> {
  const folder = temporaryFolder(t);
  const server = await startHttpServer(t);
  return { server, ...buildBench(folder, { server, wheels: SPECS.map(buildWheel), path: "/simple/" }) };
}

/** Builds into the layout folder, or into the store alone. */
async function build(bench: Bench, toStore = false): Promise<Result> {
  const output = toStore ? [] : ["-o", `type=oci,dest=${bench.layout},tar=false`];
  const { code, stdout, stderr } = await bench.build([...output, "--json", "--progress", "plain"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Result;
}

function originsOf(result: Result): readonly string[] {
  return result.images.flatMap((image) => image.layers.map((layer) => layer.origin));
}

/** Takes every blob that starts like a zip out of the store. */
function removeWheels({ cache }: Bench): number {
  const blobs = join(cache, "blobs", "sha256");
  const wheels = readdirSync(blobs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).subarray(0, 4).equals(Buffer.from("PK\u0003\u0004")));
  for (const path of wheels) rmSync(path);
  return wheels.length;
}

function assertNothingDone(result: Result, first: Result): void {
  assert.equal(result.digest, first.digest);
  assert.deepEqual(new Set(originsOf(result)), new Set(["store"]));
  const { wheelsFetched, assembled, uploaded } = result.bytes;
  assert.deepEqual({ wheelsFetched, assembled, uploaded }, { wheelsFetched: 0, assembled: 0, uploaded: 0 });
}

test("an unchanged rebuild asks no server, opens no wheel and writes no layer, into a layout and into the store", async (t) => {
  const bench = await startBench(t);
  const first = await build(bench);
  assert.ok(originsOf(first).every((origin) => origin === "built"));
  const asked = bench.server.log.length;
  assert.equal(removeWheels(bench), SPECS.length);
  assertNothingDone(await build(bench), first);
  assertNothingDone(await build(bench, true), first);
  assert.equal(bench.server.log.length, asked);
  assert.equal(removeWheels(bench), 0);
});

test("one changed line of the application makes exactly one layer, and no wheel is opened for it", async (t) => {
  const bench = await startBench(t);
  const first = await build(bench);
  removeWheels(bench);
  const asked = bench.server.log.length;
  writeFileSync(join(bench.folder, "context", "main.py"), "print('hello again')\n");
  const second = await build(bench);
  const built = second.images.flatMap((image) => image.layers.filter((layer) => layer.origin === "built"));
  assert.deepEqual(
    built.map((layer) => layer.kind),
    ["project"],
  );
  assert.notEqual(second.digest, first.digest);
  assert.equal(second.bytes["wheelsFetched"], 0);
  assert.equal(bench.server.log.length, asked);
  assert.equal(removeWheels(bench), 0);
});

test("a rebuild loads neither the HTTP client nor YAML, OpenPGP or package URLs", async (t) => {
  const bench = await startBench(t);
  writeFileSync(join(bench.folder, "context", "ociasm.yaml"), "env:\n  A: b\n");
  const first = await build(bench);
  const { code, stdout, stderr } = await bench.build(
    ["-o", `type=oci,dest=${bench.layout},tar=false`, "--json", "--progress", "quiet"],
    // The bundle asks for the same modules, but does not say so.
    { program: COMPILED_CLI, env: { NODE_DEBUG: "esm,module" } },
  );
  assert.equal(code, 0, stderr);
  assertNothingDone(JSON.parse(stdout) as Result, first);
  const loaded = new Set([...stderr.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)].map((match) => match[1]));
  assert.ok(loaded.has("p-limit"), "modules are told at all");
  for (const name of ["undici", "yaml", "openpgp", "@socketregistry/packageurl-js"]) {
    assert.ok(!loaded.has(name), `${name} was loaded`);
  }
});
