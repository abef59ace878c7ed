import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateRawSync, gunzipSync } from "node:zlib";
import { gzip, MEMBER_SIZE, SPLICE_THRESHOLD } from "../../src/codec/gzip.ts";
import { decodeWith, encode, sampleBytes, writeInPieces } from "../support/codec.ts";
import { needsTools } from "../support/tools.ts";

const before = sampleBytes(1000);
const spliced = sampleBytes(800_000, 2);
const after = sampleBytes(MEMBER_SIZE + 5, 3);
const raw = deflateRawSync(spliced);

async function encodeSpliced(rawPiece: number, plainPiece: number): Promise<Buffer> {
  return encode(gzip, 6, async (writer) => {
    await writeInPieces(writer, before, plainPiece);
    const splice = writer.splice({ crc32: crc32(spliced), size: spliced.length, compressedSize: raw.length });
    assert.ok(splice !== undefined);
    for (let at = 0; at < raw.length; at += rawPiece) splice.raw(raw.subarray(at, at + rawPiece));
    splice.end();
    await writeInPieces(writer, after, plainPiece);
  });
}

test("a spliced stream is a member of its own between shared ones", async (t) => {
  const blob = await encodeSpliced(65_536, 65_536);
  const plain = Buffer.concat([before, spliced, after]);
  assert.deepEqual(gunzipSync(blob), plain);
  const at = blob.indexOf(raw);
  assert.deepEqual(blob.subarray(at - 10, at), Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]));
  assert.equal(blob.readUInt32LE(at + raw.length), crc32(spliced));
  assert.equal(blob.readUInt32LE(at + raw.length + 4), spliced.length);
  if (needsTools(t, "gzip")) assert.deepEqual(decodeWith("gzip", ["-dc"], blob), plain);
});

test("the bytes do not depend on how plain and raw chunks are cut", async () => {
  const blob = await encodeSpliced(raw.length, 1_000_000);
  for (const size of [777, 65_536]) assert.ok((await encodeSpliced(size, size)).equals(blob));
});

test("a stream below the threshold is not taken", async () => {
  await encode(gzip, 6, async (writer) => {
    assert.equal(writer.splice({ crc32: 0, size: 100_000, compressedSize: SPLICE_THRESHOLD - 1 }), undefined);
  });
});

test("shared members hold a fixed number of plain bytes", async () => {
  const blob = await encode(gzip, 6, (writer) => writer.write(sampleBytes(2 * MEMBER_SIZE + 1)));
  let members = 0;
  for (let at = blob.indexOf("\x1f\x8b\x08\0\0\0\0\0\0\xff", 0, "latin1"); at >= 0; members++) {
    at = blob.indexOf("\x1f\x8b\x08\0\0\0\0\0\0\xff", at + 1, "latin1");
  }
  assert.equal(members, 3);
});

test("ISIZE of more than 4 GiB is what is left of it modulo 2^32", async () => {
  const blob = await encode(gzip, 6, async (writer) => {
    const splice = writer.splice({ crc32: 1, size: 2 ** 32 + 5, compressedSize: SPLICE_THRESHOLD });
    splice?.end();
  });
  assert.equal(blob.readUInt32LE(blob.length - 4), 5);
});

test("the fingerprint names all that the bytes depend on", () => {
  assert.equal(gzip.fingerprint(6), "gzip/1;deflate/1;level=6;member=1048576;splice=8192");
});
