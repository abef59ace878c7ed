import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import type { TarEntry } from "../../src/archive/tar-entry.ts";
import { encodeTarHeader, tarPadding } from "../../src/archive/tar-header.ts";
import { normalizeTarPath } from "../../src/archive/tar-paths.ts";

const file: TarEntry = { path: "app/x.py", type: "file", mode: 0o644, uid: 0, gid: 0, size: 5, mtime: 315532800 };
const text = (bytes: Uint8Array, start: number, end: number) =>
  Buffer.from(bytes).subarray(start, end).toString("latin1");

test("a plain entry is one ustar block, byte by byte as the standard lays it out", () => {
  const block = encodeTarHeader(file);
  assert.equal(block.length, 512);
  assert.equal(text(block, 0, 100), "app/x.py".padEnd(100, "\0"));
  assert.equal(text(block, 100, 148), "0000644\0" + "0000000\0" + "0000000\0" + "00000000005\0" + "02263523000\0");
  assert.equal(text(block, 156, 157), "0");
  assert.equal(text(block, 157, 329), `${"\0".repeat(100)}ustar\x0000${"\0".repeat(64)}`);
  assert.equal(text(block, 329, 512), `${"0000000\0".repeat(2)}${"\0".repeat(167)}`);
  const sum =
    block.reduce((total, byte) => total + byte, 0) - block.subarray(148, 156).reduce((total, byte) => total + byte, 0);
  assert.equal(text(block, 148, 156), `${(sum + 8 * 32).toString(8).padStart(6, "0")}\0 `);
});

test("headers never change: layers that exist are found by their digest", () => {
  const all = [
    file,
    { ...file, path: "app", type: "directory", size: 0, mode: 0o755 },
    { ...file, path: "app/link", type: "symlink", size: 0, linkName: "../x", mode: 0o777 },
    { ...file, path: `${"d/".repeat(60)}x` },
    { ...file, path: "é".repeat(90), uid: 2 ** 31, size: 2 ** 34 },
  ] as const;
  const digest = createHash("sha256");
  for (const entry of all) digest.update(encodeTarHeader(entry));
  assert.equal(digest.digest("hex"), "70d78616c8cbee3c5099d43ef0e2c99e47c52ec370e759d750cdafebae68f704");
});

test("directories end in a slash, and the root is a dot", () => {
  assert.equal(text(encodeTarHeader({ ...file, path: "a/b", type: "directory", size: 0 }), 0, 5), "a/b/\0");
  assert.equal(text(encodeTarHeader({ ...file, path: "", type: "directory", size: 0 }), 0, 3), "./\0");
});

test("a path of 255 bytes goes without pax where a slash allows the split, and with pax where none does", () => {
  const prefix = "p".repeat(155);
  const fitting = encodeTarHeader({ ...file, path: `${prefix}/${"n".repeat(100)}` });
  assert.equal(fitting.length, 512);
  assert.equal(text(fitting, 345, 500), prefix);
  assert.equal(encodeTarHeader({ ...file, path: "n".repeat(100) }).length, 512);
  assert.equal(encodeTarHeader({ ...file, path: "n".repeat(101) }).length, 1536);
  assert.equal(encodeTarHeader({ ...file, path: `${prefix}p/${"n".repeat(100)}` }).length, 1536);
  assert.equal(
    encodeTarHeader({ ...file, path: `${prefix}/${"n".repeat(100)}`, type: "directory", size: 0 }).length,
    1536,
  );
});

test("a pax header has a constant name and only the records that are needed, in order", () => {
  const bytes = encodeTarHeader({ ...file, path: "é", uid: 0o10000000, gid: 0o7777777, size: 2 ** 33 });
  assert.equal(bytes.length, 1536);
  assert.equal(text(bytes, 0, 15), "././@PaxHeader\0");
  assert.equal(text(bytes, 156, 157), "x");
  assert.equal(text(bytes, 136, 148), "00000000000\0");
  const records = Buffer.from(bytes).subarray(512, 1024).toString().replace(/\0+$/, "");
  assert.equal(records, "11 path=é\n19 size=8589934592\n15 uid=2097152\n");
  assert.equal(encodeTarHeader({ ...file, size: 2 ** 33 - 1 }).length, 512);
});

test("a record's length counts its own digits, also where they become more", () => {
  for (const length of [90, 91, 92, 93, 94, 982, 983, 984, 985, 986, 987, 988, 989, 990]) {
    const bytes = Buffer.from(encodeTarHeader({ ...file, path: `${"x".repeat(length)}é` }));
    const size = Number.parseInt(bytes.subarray(124, 135).toString(), 8);
    const record = bytes.subarray(512, 512 + size);
    assert.equal(Number(record.toString().split(" ")[0]), record.length);
    assert.equal(record.at(-1), 10);
  }
});

test("padding fills up to whole blocks, for huge files too", () => {
  assert.deepEqual([0, 1, 511, 512, 513, 2 ** 40 + 1].map(tarPadding), [0, 511, 1, 0, 511, 511]);
});

const broken: readonly [what: string, entry: TarEntry][] = [
  ["a NUL in its path", { ...file, path: "a\0b" }],
  ["a path that climbs", { ...file, path: "a/../b" }],
  ["a leading slash", { ...file, path: "/a" }],
  ["a trailing slash", { ...file, path: "a/" }],
  ["an empty path", { ...file, path: "" }],
  ["half a surrogate pair in its path", { ...file, path: "a\ud800" }],
  ["a negative size", { ...file, size: -1 }],
  ["a broken size", { ...file, size: 1.5 }],
  ["a time before 1970", { ...file, mtime: -1 }],
  ["a mode with a file type", { ...file, mode: 0o100644 }],
  ["an owner beyond 32 bits", { ...file, uid: 2 ** 32 }],
  ["a directory's content", { ...file, type: "directory" }],
  ["no target for a link", { ...file, type: "symlink", size: 0 }],
  ["a NUL in its target", { ...file, type: "symlink", size: 0, linkName: "a\0" }],
  ["a hard link's target outside", { ...file, type: "hardlink", size: 0, linkName: "../x" }],
  ["a target for a file", { ...file, linkName: "x" }],
];

for (const [what, entry] of broken) {
  test(`an entry with ${what} is a bug of its maker`, () => {
    assert.throws(() => encodeTarHeader(entry), { name: "OciasmError", code: "BUG" });
  });
}

test("only paths in their plain form are taken", () => {
  const parts = ["", ".", "..", "...", "a", ".a", "a.", "a\0", "\ud800", "é", "\u{1f600}"];
  for (const first of parts) {
    for (const second of parts) {
      for (const path of [first, `${first}/${second}`, `${first}/${second}/x`]) {
        const hasOddPart = path.split("/").some((part) => ["", ".", ".."].includes(part));
        const isPlain = !hasOddPart && !path.includes("\0") && !/\p{Cs}/u.test(path);
        assert.equal(normalizeTarPath(path) === path, path === "" || (!hasOddPart && !path.includes("\0")));
        const encode = () => encodeTarHeader({ ...file, path });
        if (isPlain) assert.doesNotThrow(encode, path);
        else assert.throws(encode, { code: "BUG" }, path);
      }
    }
  }
});
