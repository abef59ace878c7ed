import assert from "node:assert/strict";
import { test } from "node:test";
import type { ZipEntry } from "../../src/archive/zip-entry.ts";
import { packedWheel, pathOfFile, unpackFile, type WheelFrame } from "../../src/assemble/packed-files.ts";
import type { SourceFile } from "../../src/assemble/source-files.ts";

const file: SourceFile = { path: "a.whl", size: 0, readInto: () => {}, read: async () => new Uint8Array(0) };
const frame: WheelFrame = { file, mtime: 7, owner: "a==1", origin: { kind: "wheel", name: "a-1.whl" } };

const small: ZipEntry = {
  name: "a/x.py",
  method: 8,
  compressedSize: 10,
  size: 20,
  crc32: 1,
  dataOffset: 30,
  mode: 0o644,
  isDirectory: false,
};

test("what was packed comes out as it went in", () => {
  const cases = [
    { path: "site/a/x.py", mode: 0o644, entry: small, expectedSha256: "0f".repeat(32) },
    { path: "site/a/x.py", mode: 0o755, entry: { ...small, method: 0, mode: 0 } },
    // Zip64, and numbers that do not fit 31 bits.
    {
      path: "site/a/x.py",
      mode: 0o644,
      entry: { ...small, compressedSize: 2 ** 40 + 1, size: 2 ** 50 + 1, crc32: 2 ** 32 - 1, dataOffset: 2 ** 33 + 1 },
      expectedSha256: "ff".repeat(32),
    },
    { path: "share/x", mode: 0o644, entry: { ...small, name: "a-1.data/data/share/x" } },
    { path: "site/\u00e9/\ud83d\ude00", mode: 0o644, entry: { ...small, name: "\u00e9/\ud83d\ude00" } },
    { path: `site/${"n".repeat(4000)}`, mode: 0o644, entry: { ...small, name: "n".repeat(4000) } },
    { path: "site/empty", mode: 0o644, entry: { ...small, name: "empty", size: 0, compressedSize: 0, crc32: 0 } },
  ] as const;
  const wheel = packedWheel(cases.length, frame);
  const packed = cases.map(({ entry, ...planned }) => wheel.add(planned, entry));
  for (const [at, { entry, path, mode, ...rest }] of cases.entries()) {
    const one = packed[at];
    assert.ok(one !== undefined);
    assert.equal(pathOfFile(one), path);
    assert.deepEqual(unpackFile(one), {
      entry: { path, type: "file", mode, uid: 0, gid: 0, size: entry.size, mtime: 7 },
      content: { from: "zip", file, entry },
      owner: "a==1",
      origin: frame.origin,
      ...rest,
    });
  }
});

test("an entry that never was packed stays what it is", () => {
  const entry = { path: "x", type: "directory", mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 7 } as const;
  const plain = { entry, content: { from: "none" } } as const;
  assert.equal(unpackFile(plain), plain);
  assert.equal(pathOfFile(plain), "x");
});
