import assert from "node:assert/strict";
import test from "node:test";
import { crc32, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { type ByteSource, bytesSource, concatBytes } from "../../src/archive/bytes.ts";
import { readZip, readZipDirectory, readZipEntry } from "../../src/archive/zip.ts";
import { readRaw } from "../../src/archive/zip-content.ts";
import type { ZipEntry } from "../../src/archive/zip-entry.ts";
import { runPython } from "../support/python.ts";
import { buildWheel } from "../support/wheel.ts";
import { buildZip, type ZipPart } from "../support/zip.ts";

const read = (bytes: Uint8Array) => readZip(bytesSource(bytes));

async function content(bytes: Uint8Array, entry: ZipEntry): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readRaw(bytesSource(bytes), entry, 7)) chunks.push(chunk);
  const raw = concatBytes(chunks);
  return entry.method === 8 ? inflateRawSync(raw) : Buffer.from(raw);
}

test("a sound archive gives its entries in the directory's order, with modes and contents", async () => {
  const bytes = buildZip([
    { name: "b/" },
    { name: "b/é.txt", content: "hello ".repeat(50) },
    { name: "a.sh", content: "#!/bin/sh\n", mode: 0o104755 },
    { name: "empty" },
    { name: "stored", content: "as is", method: 0, mode: 0 },
  ]);
  const entries = await read(bytes);
  assert.deepEqual(
    entries.map(({ name, method, size, mode, isDirectory }) => [name, method, size, mode, isDirectory]),
    [
      ["b/", 0, 0, 0o755, true],
      ["b/é.txt", 8, 300, 0o644, false],
      ["a.sh", 8, 10, 0o755, false],
      ["empty", 0, 0, 0o644, false],
      ["stored", 0, 5, 0, false],
    ],
  );
  for (const entry of entries) assert.equal(crc32(await content(bytes, entry)), entry.crc32);
});

const flavours: readonly [name: string, bytes: Uint8Array][] = [
  ["no entries", buildZip([])],
  ["zip64 sizes", buildZip([{ name: "a", content: "aaaa", zip64: true }])],
  ["a zip64 end record", buildZip([{ name: "a", content: "aaaa" }], { zip64: {} })],
  ["a data descriptor with a signature", buildZip([{ name: "a", content: "aaaa", dataDescriptor: "signature" }])],
  [
    "a data descriptor without a signature",
    buildZip([{ name: "a", content: "a", dataDescriptor: "bare" }, { name: "b" }]),
  ],
  ["long data descriptors", buildZip([{ name: "a", content: "a", dataDescriptor: "bare", zip64: true }])],
  [
    "sizes both in the header and in a descriptor",
    buildZip([
      { name: "a", content: "a", flags: 8, local: {}, raw: Buffer.from([0x4b, 4, 0]), dataDescriptor: "signature" },
    ]),
  ],
  ["NULs behind the end", buildZip([{ name: "a" }], { trailing: Buffer.alloc(700) })],
  ["a comment", buildZip([{ name: "a" }], { comment: "PK is short for a name" })],
  [
    "the offset that wheel tags leaves in a local extra field",
    buildZip([{ name: "a", local: { extra: Buffer.from("01000800cf47438500000000", "hex") } }]),
  ],
  ["an extra field padded by NULs", buildZip([{ name: "a", extra: Buffer.alloc(3) }])],
  [
    "a long local extra field",
    buildZip([
      {
        name: "a",
        content: "x",
        local: { extra: Buffer.concat([Buffer.from("99990010", "hex"), Buffer.alloc(4096)]) },
      },
    ]),
  ],
  ["an archive stored inside", buildZip([{ name: "inner.zip", method: 0, content: buildZip([{ name: "a" }]) }])],
  ["an empty entry that claims to be deflated", buildZip([{ name: "a", method: 8, raw: Buffer.alloc(0) }])],
];

for (const [what, bytes] of flavours) {
  test(`an archive with ${what} is read`, async () => {
    for (const entry of await read(bytes)) assert.equal(crc32(await content(bytes, entry)), entry.crc32);
    const names = runPython(
      "import sys,io,zipfile;z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()));z.testzip();print('\\n'.join(z.namelist()))",
      [],
      bytes,
    );
    if (names !== undefined) assert.equal((await read(bytes)).map(({ name }) => `${name}\n`).join("") || "\n", names);
  });
}

const a: ZipPart = { name: "a", content: "some content of a" };
const b: ZipPart = { name: "b", content: "some content of b" };
test("limits count entries and unpacked bytes, and errors carry the label", async () => {
  const source = bytesSource(buildZip([a, b]));
  assert.equal((await readZip(source, { maxEntries: 2, maxTotalSize: 34 })).length, 2);
  await assert.rejects(readZip(source, { maxEntries: 1 }), {
    code: "WHEEL_INVALID",
    message: /has 2 entries, the limit is 1/,
  });
  await assert.rejects(readZip(source, { maxTotalSize: 33, label: "x.whl" }), {
    message: /^x\.whl: .*34 bytes, the limit is 33/,
  });
});

test("a wheel of twelve thousand small files takes a handful of reads", async () => {
  const parts = Array.from({ length: 12_000 }, (_, index) => ({
    name: `torch/include/some/folder/header_${index}.h`,
    content: `${index}`,
  }));
  const { source, reads } = counted(buildZip(parts));
  assert.equal((await readZip(source)).length, 12_000);
  assert.ok(reads() < 12, `${reads()} reads`);
});

test("large entries are skipped, not read", async () => {
  const parts = Array.from({ length: 5 }, (_, index) => ({
    name: `lib${index}.so`,
    content: Buffer.alloc(3_000_000),
    method: 0,
  }));
  const { source, bytes } = counted(buildZip(parts));
  assert.equal((await readZip(source)).length, 5);
  assert.ok(bytes() < 300_000, `${bytes()} bytes`);
});

test("one entry of a remote archive costs two reads: the end and its own header", async () => {
  const wheel = buildWheel({
    name: "x",
    version: "1",
    files: { "x.bin": { content: Buffer.alloc(500_000), method: 0 } },
  });
  const { source, reads } = counted(wheel.bytes);
  const directory = await readZipDirectory(source);
  const row = directory.entries.find(({ name }) => name.endsWith("/METADATA"));
  assert.ok(row !== undefined);
  const { entry, stored } = await readZipEntry(source, directory, row);
  assert.equal(reads(), 2);
  assert.equal((await content(wheel.bytes, entry)).toString(), wheel.metadata);
  assert.deepEqual(stored, wheel.bytes.subarray(entry.dataOffset, entry.dataOffset + entry.compressedSize));
});

function counted(all: Uint8Array): { source: ByteSource; reads: () => number; bytes: () => number } {
  const inner = bytesSource(all);
  let reads = 0;
  let bytes = 0;
  const source: ByteSource = {
    size: inner.size,
    read: (offset, length) => {
      reads++;
      bytes += length;
      return inner.read(offset, length);
    },
  };
  return { source, reads: () => reads, bytes: () => bytes };
}

test("whatever zipfile writes, with any mix of methods, is read with the same names, sizes and contents", async (t) => {
  const program = `
import sys, io, json, zipfile, base64
out = []
for spec in json.load(sys.stdin):
    class Stream(io.RawIOBase):
        def __init__(self): self.b = bytearray()
        def writable(self): return True
        def write(self, x): self.b += x; return len(x)
    target = Stream() if spec["stream"] else io.BytesIO()
    with zipfile.ZipFile(target, "w") as z:
        for f in spec["files"]:
            i = zipfile.ZipInfo(f["name"]); i.compress_type = 8 if f["deflate"] else 0; i.external_attr = 0o100644 << 16
            with z.open(i, "w", force_zip64=f["zip64"]) as h: h.write(f["text"].encode())
    out.append(base64.b64encode(target.b if spec["stream"] else target.getvalue()).decode())
print(json.dumps(out))`;
  const file = fc.record({ text: fc.string({ maxLength: 300 }), deflate: fc.boolean(), zip64: fc.boolean() });
  const spec = fc.record({ stream: fc.boolean(), files: fc.array(file, { maxLength: 8 }) });
  const specs = fc.sample(spec, { numRuns: 100, seed: 7 }).map(({ stream, files }) => ({
    stream,
    files: files.map((each, index) => ({ ...each, name: `dir ${index % 3}/é${index}` })),
  }));
  const output = runPython(program, [], Buffer.from(JSON.stringify(specs)));
  if (output === undefined) return t.skip("no python3");
  const archives: readonly string[] = JSON.parse(output);
  for (const [index, { files }] of specs.entries()) {
    const bytes = Buffer.from(archives[index] ?? "", "base64");
    const entries = await read(bytes);
    assert.deepEqual(
      entries.map(({ name }) => name),
      files.map(({ name }) => name),
    );
    for (const [at, entry] of entries.entries())
      assert.equal((await content(bytes, entry)).toString(), files[at]?.text);
  }
});
