import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import fc from "fast-check";
import { extract, type Header } from "tar-stream";
import type { TarEntry } from "../../src/archive/tar-entry.ts";
import { encodeTarHeader, TAR_END, tarPadding } from "../../src/archive/tar-header.ts";
import { compareTarPaths } from "../../src/archive/tar-paths.ts";
import { readTar, type TarLimits } from "../../src/archive/tar-read.ts";
import { chunksOf } from "../support/chunks.ts";
import { runPython } from "../support/python.ts";
import { buildTar, paxText, rawTarBlock, tarEntry, tarExtension } from "../support/tar.ts";

async function entriesOf(bytes: Uint8Array, limits?: TarLimits, chunkSize?: number): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = [];
  for await (const { entry } of readTar(chunksOf(bytes, chunkSize), limits)) entries.push(entry);
  return entries;
}

async function text(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const part = fc
  .oneof(
    fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 20 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
    fc.stringMatching(/^[a-z]{60,120}$/),
  )
  .map((each) => each.replace(/[/\0\n\\]/g, "_"))
  .filter((each) => each !== "." && each !== "..");
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
const owner = fc.oneof(fc.nat(0o7777777), fc.constantFrom(0, 0o10000000, 2 ** 31, 2 ** 32 - 2));
const attributes = { path, mode: fc.nat(0o7777), uid: owner, gid: owner, mtime: fc.nat(0o7777777777) };
const noContent = { ...attributes, content: fc.constant("") };
const entry = fc.oneof(
  fc.record({ ...attributes, type: fc.constant("file" as const), content: fc.string({ maxLength: 1500 }) }),
  fc.record({
    ...noContent,
    type: fc.constantFrom("directory" as const, "fifo" as const, "character-device" as const),
  }),
  fc.record({ ...noContent, type: fc.constantFrom("symlink" as const, "hardlink" as const), linkName: path }),
);
const archive = fc.uniqueArray(entry, { selector: (each) => each.path, maxLength: 6 });

test("what the encoder writes, the reader gives back, however the stream is cut", async () => {
  await fc.assert(
    fc.asyncProperty(archive, fc.integer({ min: 1, max: 2000 }), async (parts, chunkSize) => {
      const seen: unknown[] = [];
      for await (const { entry: read, content } of readTar(chunksOf(buildTar(parts), chunkSize))) {
        seen.push([read, await text(content())]);
      }
      assert.deepEqual(
        seen,
        parts.map((each) => [tarEntry(each), each.content]),
      );
    }),
  );
});

test("tar-stream reads the same entries", async () => {
  await fc.assert(
    fc.asyncProperty(archive, async (parts) => {
      const stream = extract();
      stream.end(buildTar(parts));
      const seen: TarEntry[] = [];
      for await (const member of stream) {
        seen.push(fromTarStream(member.header));
        member.resume();
      }
      assert.deepEqual(seen, parts.map(tarEntry));
    }),
    { numRuns: 60 },
  );
});

function fromTarStream(header: Header): TarEntry {
  const type = header.type === "link" ? "hardlink" : header.type;
  const target = type === "symlink" || type === "hardlink" ? { linkName: header.linkname ?? "" } : {};
  const mtime = (header.mtime?.getTime() ?? 0) / 1000;
  // It leaves owners in pax records to its caller.
  const pax = new Map(Object.entries(header.pax ?? {}));
  const [uid, gid] = [Number(pax.get("uid") ?? header.uid), Number(pax.get("gid") ?? header.gid)];
  const { mode = -1, size = -1 } = header;
  return {
    path: header.name.replace(/\/$/, ""),
    type: type as TarEntry["type"],
    mode,
    uid,
    gid,
    size,
    mtime,
    ...target,
  };
}

test("Python's tarfile reads the same entries", (t) => {
  const program = `
import sys, io, json, tarfile, base64
for line in sys.stdin:
    rows = []
    for m in tarfile.open(fileobj=io.BytesIO(base64.b64decode(line)), mode="r:"):
        kind = "directory" if m.isdir() else "symlink" if m.issym() else "hardlink" if m.islnk() else "file" if m.isfile() else "fifo" if m.isfifo() else "character-device"
        row = dict(path=m.name, type=kind, mode=m.mode, uid=m.uid, gid=m.gid, mtime=int(m.mtime), size=m.size)
        if m.linkname: row["linkName"] = m.linkname
        rows.append(row)
    print(json.dumps(rows))`;
  const archives = fc.sample(archive, { numRuns: 100, seed: 3 });
  const input = archives.map((parts) => `${buildTar(parts).toString("base64")}\n`).join("");
  const output = runPython(program, [], Buffer.from(input));
  if (output === undefined) return t.skip("no python3");
  for (const [index, line] of output.trim().split("\n").entries()) {
    assert.deepEqual(JSON.parse(line), archives[index]?.map(tarEntry));
  }
});

test("GNU tar lists the same names and finds nothing to warn about", (t) => {
  const version = spawnSync("tar", ["--version"]).stdout?.toString() ?? "";
  if (!version.includes("GNU tar")) return t.skip("no GNU tar");
  for (const parts of fc.sample(archive, { numRuns: 15, seed: 5 })) {
    const args = ["--list", "--file=-", "--quoting-style=literal", "--show-stored-names"];
    const result = spawnSync("tar", args, { input: buildTar(parts), env: { ...process.env, LC_ALL: "C.UTF-8" } });
    assert.equal(result.stderr.toString(), "");
    assert.deepEqual(
      result.stdout.toString().split("\n").slice(0, -1),
      parts.map((each) => (each.type === "directory" ? `${each.path}/` : each.path)),
    );
  }
});

test("the reader understands what Python's tarfile writes in each of its formats", async (t) => {
  const program = `
import sys, io, tarfile
o = io.BytesIO()
t = tarfile.open(fileobj=o, mode="w", format=int(sys.argv[1]))
for name, kind, link in [("./", tarfile.DIRTYPE, ""), ("./" + "long/" * 30 + "x", tarfile.REGTYPE, ""), ("h\\u00e9", tarfile.REGTYPE, ""), ("s", tarfile.SYMTYPE, "t" * 120), ("old", tarfile.AREGTYPE, "")]:
    i = tarfile.TarInfo(name); i.type = kind; i.linkname = link; i.mtime = 1; i.uid = 2097152 if sys.argv[1] != "0" else 5
    if sys.argv[1] == "0" and len(link) > 100: i.linkname = "t" * 100
    if i.isreg(): i.size = 3
    t.addfile(i, io.BytesIO(b"abc"))
t.close(); sys.stdout.buffer.write(o.getvalue())`;
  for (const format of ["0", "1", "2"]) {
    const output = spawnSync("python3", ["-c", program, format], {});
    if (output.error !== undefined) return t.skip("no python3");
    const entries = await entriesOf(output.stdout);
    assert.deepEqual(
      entries.map((each) => [each.path, each.type, each.size]),
      [
        ["", "directory", 0],
        [`${"long/".repeat(30)}x`, "file", 3],
        ["hé", "file", 3],
        ["s", "symlink", 0],
        ["old", "file", 3],
      ],
    );
    assert.deepEqual(new Set(entries.map(({ uid }) => uid)), new Set([format === "0" ? 5 : 2097152]));
    assert.equal(entries[3]?.linkName?.length, format === "0" ? 100 : 120);
  }
});

test("offsets point at contents, and unread or half-read contents are skipped", async () => {
  const bytes = buildTar([
    { path: "a", content: "A".repeat(5000) },
    { path: "b", content: "B" },
    { path: "c", content: "C".repeat(600) },
  ]);
  const seen: string[] = [];
  for await (const { entry: read, offset, content } of readTar(chunksOf(bytes, 100))) {
    assert.equal(String.fromCharCode(bytes[offset] ?? 0), read.path.toUpperCase());
    for await (const chunk of content()) {
      seen.push(`${read.path}${chunk.length}`);
      if (read.path === "a") break;
    }
  }
  assert.equal(seen[0], "a88");
  assert.deepEqual(seen.slice(1, 2), ["b1"]);
});

test("asking for a content after the next member is a bug, not another file's bytes", async () => {
  const members = readTar(
    chunksOf(
      buildTar([
        { path: "a", content: "A" },
        { path: "b", content: "B" },
      ]),
    ),
  );
  const first = (await members.next()).value;
  await members.next();
  assert.ok(first);
  await assert.rejects(text(first.content()), { code: "BUG" });
});

test("leaving early lets go of the stream", async () => {
  let closed = false;
  async function* stream() {
    try {
      yield buildTar([{ path: "a" }, { path: "b" }]);
      yield Buffer.alloc(1);
    } finally {
      closed = true;
    }
  }
  for await (const _ of readTar(stream())) break;
  assert.ok(closed);
});

const base256Size = (size: number) => (block: Buffer) => {
  block.fill(0, 124, 136);
  block.writeUInt8(0x80, 124);
  block.writeBigUInt64BE(BigInt(size), 128);
};

test("sizes of more than 8 GiB are read from pax and from base 256", async () => {
  const size = 2 ** 33 + 5;
  const pax = encodeTarHeader({ ...tarEntry({ path: "x" }), size });
  for (const header of [pax, rawTarBlock({ change: base256Size(size) })]) {
    const first = (await readTar(chunksOf(header)).next()).value;
    assert.equal(first?.entry.size, size);
  }
});

test("times before 1970 and fractions of seconds are floored to whole seconds", async () => {
  const negative = rawTarBlock({ change: (block) => void block.fill(0xff, 136, 148) });
  const fraction = Buffer.concat([
    tarExtension("x", paxText({ mtime: "-1.5", "SCHILY.xattr.user.x": "\u0000\u0001" })),
    rawTarBlock({}),
  ]);
  const entries = await entriesOf(Buffer.concat([negative, fraction, TAR_END]));
  assert.deepEqual(
    entries.map(({ mtime }) => mtime),
    [-1, -2],
  );
});

test("zeros behind the end and a single zero block at the end of the stream are fine", async () => {
  const one = buildTar([{ path: "a" }]);
  assert.equal((await entriesOf(Buffer.concat([one, Buffer.alloc(9000)]))).length, 1);
  assert.equal((await entriesOf(one.subarray(0, -512))).length, 1);
  assert.equal((await entriesOf(Buffer.from(TAR_END))).length, 0);
});

test("an archive without an end is read to the last entry where that is allowed, and a cut one is not", async () => {
  const whole = buildTar([{ path: "a" }, { path: "b", content: "text" }]).subarray(0, -TAR_END.length);
  assert.deepEqual(
    (await entriesOf(whole, { endOptional: true })).map((each) => each.path),
    ["a", "b"],
  );
  assert.equal((await entriesOf(Buffer.alloc(0), { endOptional: true })).length, 0);
  const extended = Buffer.concat([whole, tarExtension("x", paxText({ path: "c" }))]);
  for (const cut of [whole.subarray(0, -1), whole.subarray(0, -600), whole.subarray(0, 100), extended]) {
    await assert.rejects(entriesOf(cut, { endOptional: true }), /cut off/);
  }
  await assert.rejects(entriesOf(whole), /it has no end/);
});

test("a comment for the whole archive, as git archive writes it, is passed over", async () => {
  const bytes = Buffer.concat([tarExtension("g", paxText({ comment: "0123abc" })), buildTar([{ path: "a" }])]);
  assert.deepEqual(
    (await entriesOf(bytes)).map((each) => each.path),
    ["a"],
  );
});

const end = TAR_END;
const file = rawTarBlock({});
const x = (records: Record<string, string>) => Buffer.concat([tarExtension("x", paxText(records)), file, end]);
const hostile: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
  ["an entry behind two zero blocks", Buffer.concat([file, end, file, end]), /data behind its end/],
  [
    "a byte far behind the end",
    Buffer.concat([file, end, Buffer.alloc(100_000), Buffer.from("x")]),
    /data behind its end/,
  ],
  ["an entry behind one zero block", Buffer.concat([file, end.subarray(512), file, end]), /lone zero block/],
  ["no end", file, /cut off: it has no end/],
  ["nothing at all", Buffer.alloc(0), /cut off/],
  ["half a header", file.subarray(0, 300), /cut off/],
  ["half a content", Buffer.concat([rawTarBlock({ name: "big", size: 2000 }), Buffer.alloc(1000)]), /"big" is cut off/],
  [
    "a content without its padding",
    Buffer.concat([rawTarBlock({ name: "big", size: 20 }), Buffer.alloc(20)]),
    /"big" is cut off/,
  ],
  ["a bad checksum", Buffer.concat([Buffer.from(file).fill("x", 0, 1), end]), /bad checksum in the header at 0/],
  ["text instead of a tar", Buffer.from("<!DOCTYPE html>".repeat(100)), /bad checksum/],
  ["a size that is no number", Buffer.concat([rawTarBlock({ size: "12x4" }), end]), /size that is no number/],
  ["a negative size", Buffer.concat([rawTarBlock({ size: "-0000000001" }), end]), /size that is no number/],
  [
    "a negative size in base 256",
    Buffer.concat([rawTarBlock({ change: (block) => void block.fill(0xff, 124, 136) }), end]),
    /size that is no number/,
  ],
  [
    "a size beyond all numbers",
    Buffer.concat([rawTarBlock({ change: (block) => void block.fill(0x8f, 124, 136) }), end]),
    /size that is no number/,
  ],
  ["an absurd size", Buffer.concat([rawTarBlock({ change: base256Size(2 ** 50) }), end]), /more than \d+ bytes/],
  ["a pax size that is negative", x({ size: "-5" }), /pax size that is no number/],
  ["a pax size beyond all numbers", x({ size: "99999999999999999999" }), /pax size that is no number/],
  ["a pax owner beyond 32 bits", x({ uid: "4294967296" }), /absurd owner/],
  ["a pax time that is no number", x({ mtime: "1e9" }), /pax mtime/],
  [
    "a directory with content",
    Buffer.concat([rawTarBlock({ name: "d/", typeFlag: "5", size: 512 }), file, end]),
    /"d\/" is a directory with content/,
  ],
  [
    "a symlink with content",
    Buffer.concat([rawTarBlock({ typeFlag: "2", linkName: "x", size: 512 }), file, end]),
    /symlink with content/,
  ],
  [
    "a hard link with content",
    Buffer.concat([rawTarBlock({ typeFlag: "1", linkName: "x", size: 512 }), file, end]),
    /hardlink with content/,
  ],
  [
    "a pax size for a directory",
    Buffer.concat([tarExtension("x", paxText({ size: "512" })), rawTarBlock({ typeFlag: "5" }), file, end]),
    /directory with content/,
  ],
  ["a symlink to nothing", Buffer.concat([rawTarBlock({ typeFlag: "2" }), end]), /link to nothing/],
  [
    "a hard link out of the archive",
    Buffer.concat([rawTarBlock({ typeFlag: "1", linkName: "../x" }), end]),
    /link to a path that leaves/,
  ],
  ["a path out of the archive", Buffer.concat([rawTarBlock({ name: "a/../../b" }), end]), /path that leaves/],
  ["a prefix out of the archive", Buffer.concat([rawTarBlock({ name: "b", prefix: ".." }), end]), /path that leaves/],
  ["a file as its root", Buffer.concat([rawTarBlock({ name: "./", typeFlag: "6" }), end]), /empty path/],
  ["a file named like a directory", Buffer.concat([rawTarBlock({ name: "d/" }), end]), /name of a directory/],
  ["a name that is not UTF-8", Buffer.concat([rawTarBlock({ name: Buffer.from([0xff]) }), end]), /not UTF-8/],
  ["an old sparse file", Buffer.concat([rawTarBlock({ typeFlag: "S" }), end]), /sparse/],
  ["a pax sparse file", x({ "GNU.sparse.major": "1" }), /sparse/],
  ["a part of a multi-volume archive", Buffer.concat([rawTarBlock({ typeFlag: "M" }), end]), /unsupported type "M"/],
  [
    "an unknown type that is a property of objects",
    Buffer.concat([rawTarBlock({ typeFlag: "_" }), end]),
    /unsupported type/,
  ],
  ["a NUL in a pax path", x({ path: "a\0b" }), /NUL in its name/],
  [
    "a NUL in a pax link",
    Buffer.concat([tarExtension("x", paxText({ linkpath: "a\0b" })), rawTarBlock({ typeFlag: "2" }), end]),
    /NUL in its name/,
  ],
  ["a NUL inside a long name", Buffer.concat([tarExtension("L", "a\0b"), file, end]), /NUL in a long name/],
  ["a pax record that is too long", Buffer.concat([tarExtension("x", "99 path=a\n"), file, end]), /wrong length/],
  ["a pax record that is too short", Buffer.concat([tarExtension("x", "8 path=abc\n"), file, end]), /wrong length/],
  ["a pax record without a length", Buffer.concat([tarExtension("x", "path=a\n"), file, end]), /wrong length/],
  ["a pax record of length zero", Buffer.concat([tarExtension("x", "0 path=a\n"), file, end]), /wrong length/],
  ["a pax record without a value", Buffer.concat([tarExtension("x", "7 path\n"), file, end]), /wrong length/],
  ["a pax record without a newline", Buffer.concat([tarExtension("x", "10 path=ab"), file, end]), /wrong length/],
  [
    "a keyword that comes twice",
    Buffer.concat([tarExtension("x", "10 path=a\n10 path=b\n"), file, end]),
    /two pax records "path"/,
  ],
  [
    "a path for all entries",
    Buffer.concat([tarExtension("g", paxText({ path: "a" })), file, end]),
    /sets "path" for all entries/,
  ],
  [
    "a global header in between",
    Buffer.concat([tarExtension("x", paxText({ path: "a" })), tarExtension("g", paxText({ comment: "" })), file, end]),
    /global header between/,
  ],
  [
    "two pax headers for an entry",
    Buffer.concat([tarExtension("x", paxText({ path: "a" })), tarExtension("x", paxText({ uid: "1" })), file, end]),
    /two extended headers/,
  ],
  [
    "two long names that differ",
    Buffer.concat([tarExtension("L", "b\0"), x({ path: "a" })]),
    /two different long names/,
  ],
  ["a pax header for nothing", Buffer.concat([tarExtension("x", paxText({ path: "a" })), end]), /belongs to no entry/],
  [
    "a pax header that is cut off",
    tarExtension("x", paxText({ path: "a" })).subarray(0, 700),
    /cut off in an extended header/,
  ],
  [
    "a pax header of two megabytes",
    Buffer.concat([rawTarBlock({ typeFlag: "x", size: 2 ** 21 }), Buffer.alloc(2 ** 21)]),
    /extended header of 2097152 bytes/,
  ],
];

for (const [what, bytes, message] of hostile) {
  test(`a tar with ${what} is refused`, async () => {
    await assert.rejects(entriesOf(bytes), { name: "OciasmError", code: "ARCHIVE_INVALID", message });
  });
}

test("limits count entries and bytes, and errors carry the label", async () => {
  const bytes = buildTar([
    { path: "a", content: "1234" },
    { path: "b", content: "5" },
  ]);
  await assert.rejects(entriesOf(bytes, { maxEntries: 1 }), { message: /more than 1 entries/ });
  await assert.rejects(entriesOf(bytes, { maxTotalSize: 4, label: "data.tar" }), {
    message: /^data\.tar: tar entry "b" .*more than 4 bytes/,
  });
});

test("an error of the stream itself comes through as it is", async () => {
  async function* stream() {
    yield buildTar([{ path: "a", content: "x".repeat(5000) }]).subarray(0, 1000);
    throw new Error("disk on fire");
  }
  await assert.rejects(async () => {
    for await (const _ of readTar(stream()));
  }, /disk on fire/);
});

test("paths are ordered by code unit, with the slash below all else", () => {
  assert.deepEqual(["b", "a/b", "a", "a-b", "Z", "é"].sort(compareTarPaths), ["Z", "a", "a/b", "a-b", "b", "é"]);
  assert.equal(tarPadding(1), 511);
});
