import assert from "node:assert/strict";
import { test } from "node:test";
import type { SeenLibrary } from "../../src/assemble/library-taps.ts";
import { keepSeen, wheelNeeds } from "../../src/build/library-needs.ts";
import { silent } from "../../src/events.ts";
import type { WheelSource } from "../../src/layers/recipe.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";
import { withBorrowed } from "../../src/store/borrowed.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const filename = "demo-1.0-cp311-cp311-manylinux_2_28_x86_64.whl";
const sha256 = "a".repeat(64);
const source: WheelSource = { type: "wheel", name: "demo", version: "1.0", filename, sha256, size: 7 };
const wheel = { filename, sha256, size: 7, url: `https://index.example/${filename}` };
const packages = [{ name: "demo", version: "1.0", wheel }] as unknown as readonly LockedPackage[];

const needs = { soname: "b.so", machine: 62, needed: ["libz.so.1"] };
const seen: readonly SeenLibrary[] = [
  { wheel: filename, path: "demo/b.so", needs },
  { wheel: "other-1.0-cp311-cp311-linux_x86_64.whl", path: "other.so", needs },
  { wheel: filename, path: "demo/a.so", needs: { ...needs, soname: "a.so" } },
  { wheel: filename, path: "demo/text.so", needs: null },
];

test("a wheel whose libraries were all seen is not read again", async (t) => {
  const store = withBorrowed(temporaryStore(t));
  const deps = { store, report: silent, signal: new AbortController().signal };
  await keepSeen({ sources: [source] }, seen, deps);
  // The store has no such wheel.
  const told = await wheelNeeds(packages, deps);
  assert.deepEqual(
    told.map(({ owner, path, soname }) => [owner, path, soname]),
    [
      ["demo==1.0", "demo/a.so", "a.so"],
      ["demo==1.0", "demo/b.so", "b.so"],
    ],
  );
});

const incomplete: Readonly<Record<string, readonly [WheelSource, readonly SeenLibrary[]]>> = {
  "a part": [{ ...source, part: { index: 0, count: 2, paths: [] } } as unknown as WheelSource, seen],
  "one of which files were left out": [{ ...source, exclude: ["demo/tests"] }, seen],
  "one with a library that has to be read again": [
    source,
    [...seen, { wheel: filename, path: "c.so", needs: undefined }],
  ],
};

for (const [what, [from, libraries]] of Object.entries(incomplete)) {
  test(`what was seen of ${what} does not stand for the wheel`, async (t) => {
    const store = withBorrowed(temporaryStore(t));
    const deps = { store, report: silent, signal: new AbortController().signal };
    await keepSeen({ sources: [from] }, libraries, deps);
    assert.deepEqual(await wheelNeeds(packages, deps), []);
  });
}
