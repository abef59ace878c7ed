import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { CODECS, codecNamed } from "../../src/codec/codecs.ts";
import { findBackend } from "../../src/codec/zstd.ts";
import { decodeWith, encode, sampleBytes, writeInPieces } from "../support/codec.ts";
import { needs, needsTools } from "../support/tools.ts";

const bytes = sampleBytes(2 ** 21 + 12_345);

function decode(name: string, blob: Buffer): Buffer {
  if (name === "none") return blob;
  return name === "gzip" ? gunzipSync(blob) : decodeWith("zstd", ["-dc"], blob);
}

async function isThere(t: TestContext, name: string): Promise<boolean> {
  if (name !== "zstd") return true;
  return needs(t, "the pinned libzstd", await findBackend().catch(() => undefined));
}

for (const codec of CODECS) {
  test(`${codec.name} gives its input back`, async (t) => {
    if (!(await isThere(t, codec.name)) || (codec.name === "zstd" && !needsTools(t, "zstd"))) return;
    const blob = await encode(codec, codec.defaultLevel, (writer) => writer.write(bytes));
    assert.deepEqual(decode(codec.name, blob), bytes);
    if (codec.name !== "none") assert.ok(blob.length < bytes.length * 0.8);
  });

  test(`${codec.name} gives the same bytes however its input is cut`, async (t) => {
    if (!(await isThere(t, codec.name))) return;
    const whole = await encode(codec, codec.defaultLevel, (writer) => writer.write(bytes));
    for (const size of [511, 65_536, 1_000_003]) {
      const pieces = await encode(codec, codec.defaultLevel, (writer) => writeInPieces(writer, bytes, size));
      assert.ok(pieces.equals(whole), `pieces of ${size}`);
    }
  });

  test(`${codec.name} is not confused by a chunk that is used again`, async (t) => {
    if (!(await isThere(t, codec.name))) return;
    const whole = await encode(codec, codec.defaultLevel, (writer) => writer.write(bytes));
    const reused = await encode(codec, codec.defaultLevel, async (writer) => {
      const chunk = new Uint8Array(1000);
      for (let at = 0; at < bytes.length; at += chunk.length) {
        const part = bytes.subarray(at, at + chunk.length);
        chunk.set(part);
        await writer.write(chunk.subarray(0, part.length));
        chunk.fill(0);
      }
    });
    // The `none` codec hands chunks on: the sink copies them, as here.
    assert.ok(reused.equals(whole));
  });

  test(`${codec.name} makes a decodable blob of nothing`, async (t) => {
    if (!(await isThere(t, codec.name)) || (codec.name === "zstd" && !needsTools(t, "zstd"))) return;
    const blob = await encode(codec, codec.defaultLevel, async () => {});
    assert.equal(decode(codec.name, blob).length, 0);
  });

  test(`${codec.name} refuses levels that it does not have`, async () => {
    const sink = { write: async () => {} };
    for (const level of [-1, 1.5, 40, Number.NaN]) {
      assert.throws(() => codec.fingerprint(level), { code: "CONFIG_INVALID" });
      await assert.rejects(codec.open(sink, level), { code: "CONFIG_INVALID" });
    }
  });

  test(`${codec.name} is found by its name, and its fingerprint starts with it`, () => {
    assert.equal(codecNamed(codec.name), codec);
    assert.ok(codec.fingerprint(codec.defaultLevel).startsWith(`${codec.name}/`));
  });
}

test("two levels of one codec have two fingerprints", () => {
  for (const codec of CODECS) {
    if (codec.name !== "none") assert.notEqual(codec.fingerprint(1), codec.fingerprint(2));
  }
});

test("an unknown codec is refused with the names that exist", () => {
  assert.throws(() => codecNamed("lzma"), { code: "CONFIG_INVALID", hint: /gzip, zstd, none/ });
});
