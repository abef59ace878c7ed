import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { assembleLayer } from "../../src/assemble/assemble.ts";
import type { SeenLibrary } from "../../src/assemble/library-taps.ts";
import { type WheelLibrary, wheelLibraries } from "../../src/assemble/wheel-libraries.ts";
import { silent } from "../../src/events.ts";
import { makeJob } from "../support/assemble.ts";
import { sampleBytes } from "../support/codec.ts";
import { elfLibrary } from "../support/elf.ts";
import { temporaryFolder } from "../support/temporary.ts";
import type { WheelSpec } from "../support/wheel.ts";

const MIB = 2 ** 20;

const demo: WheelSpec = {
  name: "demo",
  version: "1.0",
  files: {
    "demo/__init__.py": "",
    "demo/_a.so": elfLibrary("_a.so", 62, { needed: ["libz.so.1"], versions: ["GLIBC_2.28"] }),
    "demo/libb.so.1": { content: elfLibrary("libb.so.1", 62), method: 0 },
    "demo/large.so": Buffer.concat([elfLibrary("large.so", 62), Buffer.alloc(8 * MIB)]),
    "demo/hidden.so": Buffer.concat([elfLibrary("hidden.so", 62, { gaps: [0, 6 * MIB] }), Buffer.alloc(2 * MIB)]),
    "demo/giant.so": Buffer.concat([elfLibrary("giant.so", 62), Buffer.alloc(64 * MIB)]),
    "demo/text.so": "INPUT(libb.so.1)\n",
    "demo/spliced.so": Buffer.concat([elfLibrary("spliced.so", 183), sampleBytes(300_000)]),
  },
};

interface Assembled {
  readonly seen: readonly SeenLibrary[];
  readonly path: string;
  readonly filename: string;
}

async function assembled(t: TestContext): Promise<Assembled> {
  const job = await makeJob(temporaryFolder(t), { wheels: [demo] });
  const { libraries } = await assembleLayer(job, { report: silent, signal: new AbortController().signal });
  const [source] = job.recipe.sources;
  assert.ok(source?.type === "wheel");
  return { seen: libraries, path: job.sources[source.sha256] ?? "", filename: source.filename };
}

function byPath(seen: readonly SeenLibrary[]): ReadonlyMap<string, SeenLibrary["needs"]> {
  return new Map(seen.map(({ path, needs }) => [path, needs]));
}

test("what libraries need is seen while their layer is made, where it lies in places that are kept", async (t) => {
  const { seen, filename } = await assembled(t);
  assert.ok(seen.every(({ wheel }) => wheel === filename));
  const needs = byPath(seen);
  const libraries = Object.keys(demo.files ?? {}).filter((path) => path.includes(".so"));
  assert.deepEqual([...needs.keys()].sort(), libraries.sort());
  assert.deepEqual(needs.get("demo/_a.so"), { soname: "_a.so", machine: 62, needed: ["libz.so.1"], glibc: "2.28" });
  assert.equal(needs.get("demo/spliced.so")?.machine, 183);
  assert.equal(needs.get("demo/text.so"), null);
  assert.equal(needs.get("demo/hidden.so"), undefined, "has to be read again");
  assert.deepEqual(needs.get("demo/giant.so"), { soname: undefined, machine: 0, needed: [] });
});

test("what was seen stands for what the wheel says, and is not read again", async (t) => {
  const { seen, path, filename } = await assembled(t);
  const read: readonly WheelLibrary[] = await wheelLibraries(path, filename, new Map());
  assert.deepEqual(
    read.map((library) => library.path),
    ["demo/_a.so", "demo/giant.so", "demo/hidden.so", "demo/large.so", "demo/libb.so.1", "demo/spliced.so"],
  );
  assert.deepEqual(
    read.map((library) => library.soname),
    ["_a.so", undefined, "hidden.so", "large.so", "libb.so.1", "spliced.so"],
  );
  assert.deepEqual(await wheelLibraries(path, filename, byPath(seen)), read);
  const told = new Map([...byPath(seen)].map(([name, needs]) => [name, needs && { ...needs, machine: 7 }]));
  const libraries = await wheelLibraries(path, filename, told);
  assert.deepEqual(
    libraries.map(({ machine }) => machine),
    [7, 0, 62, 7, 7, 7],
  );
});
