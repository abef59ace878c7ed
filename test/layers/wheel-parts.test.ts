import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type PartFile, wheelParts } from "../../src/layers/wheel-parts.ts";

fc.configureGlobal({ seed: 1 });

const filesArbitrary = fc.uniqueArray(
  fc.record({ path: fc.integer({ min: 0, max: 500 }).map((id) => `site/f${id}`), bytes: fc.nat(1_000_000) }),
  { selector: ({ path }) => path, maxLength: 60 },
);

test("every file is in one part, whatever their order, and no part is larger than the average and its biggest file", () => {
  fc.assert(
    fc.property(filesArbitrary, fc.integer({ min: 1, max: 6 }), (files, count) => {
      const parts = wheelParts(files, "site/demo.dist-info", count);
      assert.deepEqual([...parts].sort(), [...wheelParts([...files].reverse(), "site/demo.dist-info", count)].sort());
      assert.equal(parts.size, files.length);
      const biggest = Math.max(0, ...files.map(({ bytes }) => bytes));
      const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
      for (let part = 0; part < count; part++) assert.ok(sizeOf(files, parts, part) <= total / count + biggest);
    }),
    { numRuns: 500 },
  );
});

test("metadata stays together in the first part", () => {
  const files = ["a.so", "demo.dist-info/METADATA", "b.so", "demo.dist-info/RECORD", "c.so"].map((path, at) => ({
    path: `site/${path}`,
    bytes: 100 + at,
  }));
  const parts = wheelParts(files, "site/demo.dist-info", 4);
  assert.deepEqual(
    files.map(({ path }) => parts.get(path)),
    [3, 0, 2, 0, 1],
  );
});

function sizeOf(files: readonly PartFile[], parts: ReadonlyMap<string, number>, part: number): number {
  return files.reduce((sum, { path, bytes }) => sum + (parts.get(path) === part ? bytes : 0), 0);
}
