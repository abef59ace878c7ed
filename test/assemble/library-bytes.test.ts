import assert from "node:assert/strict";
import { test } from "node:test";
import { createLibraryBytes } from "../../src/assemble/library-bytes.ts";
import { elfLibrary } from "../support/elf.ts";

const MIB = 2 ** 20;
const NEEDS = { needed: ["libz.so.1", "libm.so.6"], versions: ["GLIBC_2.28", "GLIBC_2.4"], runpath: "$ORIGIN/x" };
const READ = {
  soname: "a.so",
  machine: 62,
  needed: ["libz.so.1", "libm.so.6"],
  glibc: "2.28",
  folders: ["$ORIGIN/x"],
};

async function needsOf(file: Uint8Array, step: number): Promise<unknown> {
  const library = createLibraryBytes(file.length);
  for (let at = 0; at < file.length; at += step) await library.take(file.subarray(at, at + step));
  return library.needs();
}

function library(gaps: readonly [number, number], behind: number): Uint8Array {
  return Buffer.concat([elfLibrary("a.so", 62, { ...NEEDS, gaps }), Buffer.alloc(behind)]);
}

test("what a library needs is found wherever linkers and patchelf put it, however it is cut", async () => {
  const files = {
    small: library([0, 0], 0),
    "all at the front": library([0, 0], 9 * MIB),
    "all at the end": library([9 * MIB, 0], 0),
    "names at the end": library([0, 9 * MIB], 0),
    "the dynamic section apart": library([6 * MIB, 9 * MIB], 0),
  };
  for (const [what, file] of Object.entries(files)) {
    for (const step of [4096, 65_536, 262_144, 1_000_003, 16 * MIB])
      assert.deepEqual(await needsOf(file, step), READ, `${what}, in steps of ${step}`);
  }
});

test("names in the middle of a large file are not guessed", async () => {
  assert.equal(await needsOf(library([0, 6 * MIB], 6 * MIB), 262_144), undefined);
});

test("what is no library is told from one", async () => {
  assert.equal(await needsOf(Buffer.from("INPUT(libb.so.1)\n"), 4), null);
  assert.equal(await needsOf(Buffer.alloc(7 * MIB), 262_144), null);
  assert.equal(await needsOf(library([0, 0], 0).subarray(0, 100), 262_144), null);
});
