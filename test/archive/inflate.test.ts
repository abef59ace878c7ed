import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, crc32, deflateRawSync, type InflateRaw, inflateRawSync, type ZlibOptions } from "node:zlib";
import { inflateRaw } from "../../src/archive/inflate.ts";
import { sampleBytes } from "../support/codec.ts";

function inflate(stream: Uint8Array): Buffer {
  const chunks: Buffer[] = [];
  for (const chunk of inflateRaw(streamOf(stream))) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function streamOf(stream: Uint8Array) {
  return {
    size: stream.length,
    readInto: (target: Uint8Array, offset: number): void => target.set(stream.subarray(offset, offset + target.length)),
    refuse: (problem: string) => new Error(problem),
  };
}

/** What zlib makes of a stream; undefined where it refuses it, or finds bytes behind it. */
function byZlib(stream: Uint8Array): Buffer | undefined {
  try {
    const { buffer, engine } = inflateRawSync(stream, { info: true, maxOutputLength: 2 ** 26 }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: InflateRaw;
    };
    return engine.bytesWritten === stream.length ? buffer : undefined;
  } catch {
    return undefined;
  }
}

function byUs(stream: Uint8Array): Buffer | undefined {
  try {
    return inflate(stream);
  } catch (error) {
    assert.ok(error instanceof Error && /deflate stream/.test(error.message), String(error));
    return undefined;
  }
}

const ENCODERS: readonly ZlibOptions[] = [
  ...[0, 1, 6, 9].map((level) => ({ level })),
  { level: 9, memLevel: 1 },
  { level: 6, windowBits: 9 },
  { strategy: constants.Z_FIXED },
  { strategy: constants.Z_HUFFMAN_ONLY },
  { strategy: constants.Z_RLE },
];

/** Bytes whose matches lie 1 to 40 back, and as far as 32 KiB. */
function repeats(): Buffer {
  const parts: Buffer[] = [];
  for (let distance = 1; distance <= 40; distance++) {
    const pattern = sampleBytes(distance, distance);
    for (const length of [3, 4, 7, 8, 9, 15, 16, 17, 31, 258, 259, 600]) {
      parts.push(Buffer.alloc(distance + length, pattern), Buffer.of(distance, length & 255));
    }
  }
  const far = sampleBytes(32_768, 99);
  return Buffer.concat([...parts, far, far, far.subarray(5)]);
}

const SAMPLES: Readonly<Record<string, Buffer>> = {
  empty: Buffer.alloc(0),
  "one byte": Buffer.of(7),
  zeros: Buffer.alloc(3_000_000),
  text: sampleBytes(40_000),
  "text and noise of several chunks": sampleBytes(2_500_000, 3),
  "matches of all distances": repeats(),
};

/** CRC-32 of the plain bytes, as it is told; undefined when it was not told once, at the end. */
function crcByUs(stream: Uint8Array): number | undefined {
  const told: number[] = [];
  const onCrc = (crc: number): void => void told.push(crc);
  for (const chunk of inflateRaw({ ...streamOf(stream), onCrc })) assert.ok(chunk.length > 0 && told.length === 0);
  return told.length === 1 ? told[0] : undefined;
}

test("tells the CRC-32 that zlib tells, whatever the number of bytes", () => {
  const plain = sampleBytes(2_500_000, 5);
  const around = [0, 4800, 9600, 65_536, 65_536 + 4800, 131_072 + 4800, 524_288];
  const sizes = new Set(around.flatMap((size) => [-16, -1, 0, 1, 8, 15, 16].map((more) => size + more)));
  for (const size of [...sizes, 2_499_999].filter((one) => one >= 0)) {
    const bytes = plain.subarray(plain.length - size);
    assert.equal(crcByUs(deflateRawSync(bytes, { level: 1 })), crc32(bytes), String(size));
  }
});

for (const [name, plain] of Object.entries(SAMPLES)) {
  test(`inflates what zlib deflates: ${name}`, () => {
    for (const options of ENCODERS) {
      const stream = deflateRawSync(plain, options);
      assert.ok(inflate(stream).equals(plain), JSON.stringify(options));
      assert.equal(crcByUs(stream), crc32(plain), JSON.stringify(options));
    }
  });
}

test("inflates blocks of every kind, one after the other, wherever input ends within them", () => {
  const noise = sampleBytes(700_000, 5).map((byte, at) => byte ^ ((Math.imul(at, 2654435761) >>> 13) & 255));
  const pieces = [SAMPLES["text"] ?? noise, noise, Buffer.alloc(70_000), noise.subarray(0, 300)];
  for (let shift = 0; shift < 40; shift++) {
    const plain = Buffer.concat([noise.subarray(0, 261_000 + shift * 37), ...pieces]);
    // Of noise, and of what level 0 makes, zlib stores blocks; a full flush ends one with an empty stored block.
    const flushed = deflateRawSync(plain.subarray(0, 400_000), { finishFlush: constants.Z_FULL_FLUSH });
    const stream = Buffer.concat([flushed, deflateRawSync(plain.subarray(400_000), { level: shift % 3 })]);
    assert.ok(inflate(stream).equals(plain), `${shift}`);
  }
});

test("two streams at a time keep apart", () => {
  const [one, other] = [sampleBytes(1_500_000, 1), sampleBytes(1_500_000, 2)];
  const readers = [one, other].map((plain) => inflateRaw(streamOf(deflateRawSync(plain))));
  const seen: Buffer[][] = [[], []];
  for (let turn = 0; turn < 10; turn++) {
    for (const [i, reader] of readers.entries()) {
      const { value } = reader.next();
      if (value !== undefined) seen[i]?.push(Buffer.from(value));
    }
  }
  assert.ok(Buffer.concat(seen[0] ?? []).equals(one));
  assert.ok(Buffer.concat(seen[1] ?? []).equals(other));
});

test("hands on every compressed byte, in its order", () => {
  const stream = deflateRawSync(sampleBytes(2_000_000, 8));
  const raw: Buffer[] = [];
  const options = { ...streamOf(stream), onRaw: (chunk: Uint8Array) => void raw.push(Buffer.from(chunk)) };
  for (const chunk of inflateRaw(options)) assert.ok(chunk.length > 0);
  assert.ok(Buffer.concat(raw).equals(stream));
});

test("says what is wrong with a stream", () => {
  const stream = deflateRawSync(sampleBytes(900_000, 4));
  assert.throws(() => inflate(stream.subarray(0, -1)), /cut off/);
  assert.throws(() => inflate(Buffer.alloc(0)), /cut off/);
  assert.throws(() => inflate(Buffer.concat([stream, Buffer.of(0, 0, 0)])), /has 3 bytes behind its deflate stream/);
  const long = Buffer.concat([deflateRawSync(Buffer.from("x")), Buffer.alloc(1_000_000)]);
  assert.throws(() => inflate(long), /has 1000000 bytes behind/);
  assert.throws(() => inflate(Buffer.of(7)), /damaged/);
  // A match before the first byte: fixed codes, length 3, distance 1.
  assert.throws(() => inflate(Buffer.of(0x03, 0x02, 0x00)), /damaged/);
});

test("takes and refuses what zlib takes and refuses: 100,000 streams", () => {
  const sources = Object.values(SAMPLES)
    .map((plain) => plain.subarray(0, 3000))
    .flatMap((plain) => ENCODERS.map((options) => deflateRawSync(plain, options)));
  let state = 42;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let taken = 0;
  for (let turn = 0; turn < 100_000; turn++) {
    const stream = Buffer.from(sources[turn % sources.length] ?? []);
    // Headers decide most, so that half of the changes go there.
    for (let change = random(4); change >= 0; change--) {
      const at = random(random(2) === 0 ? Math.min(90, stream.length) : stream.length);
      if (stream.length > 0) stream[at] = random(256);
    }
    const cut = random(5) === 0 ? stream.subarray(0, random(stream.length + 1)) : stream;
    const [expected, got] = [byZlib(cut), byUs(cut)];
    if (expected !== undefined) taken++;
    assert.deepEqual(got, expected, `turn ${turn}: ${cut.toString("hex")}`);
  }
  assert.ok(taken > 1000, `${taken} were taken`);
});
