import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeReleases } from "../../src/interpreter/release-data.ts";
import { readInterpreters, releaseOf } from "../../src/interpreter/releases.ts";
import { temporaryStore } from "../support/temporary-store.ts";

test("each minor from 3.11 to 3.14 has a release with pinned files", async (t) => {
  const store = temporaryStore(t);
  for (const [minor, magic] of [
    ["3.11", 3495],
    ["3.12", 3531],
    ["3.13", 3571],
    ["3.14", 3627],
  ] as const) {
    const release = await releaseOf(minor, store);
    assert.equal(release?.magic, magic);
    assert.ok(release.python.startsWith(`${minor}.`));
    const names = release.files.map((file) => file.name);
    for (const name of ["package.json", "pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]) {
      assert.ok(names.includes(name), `${minor} has ${name}`);
    }
  }
  assert.equal(await releaseOf("3.10", store), undefined);
});

test("packages of nothing but libraries have no bytecode", async (t) => {
  assert.deepEqual((await readInterpreters(temporaryStore(t))).without, ["nvidia-*"]);
});

test("a release without its hash is refused with its place", () => {
  const text = 'releases:\n  - minor: "3.11"\n    release: 1.2.3\n    python: 3.11.0\n    integrity: sha512-x\n';
  assert.throws(() => decodeReleases(text), { code: "CONFIG_INVALID", message: /integrity is missing or malformed/ });
});
