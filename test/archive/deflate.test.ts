import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { createDeflate, type DeflateLevel } from "../../src/archive/deflate.ts";
import { decodeWith, sampleBytes } from "../support/codec.ts";
import { needsTools } from "../support/tools.ts";

const LEVELS: readonly DeflateLevel[] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Text-like: words drawn from a small set, with a share of noise. */
function words(length: number, noise: number, random: () => number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const word = random() % 40;
    const size = 2 + (word % 9);
    for (let index = 0; index < size && at < length; index++) {
      bytes[at++] = random() % 100 < noise ? random() : 97 + ((word * 7 + index * 3) % 26);
    }
  }
  return bytes;
}

test("zlib gives the input back: shapes that are hard on an encoder, at every level", () => {
  const random = xorshift(7);
  const shapes: readonly Buffer[] = [
    Buffer.alloc(0),
    Buffer.from("a"),
    Buffer.from("abc"),
    Buffer.from("abcd"),
    Buffer.alloc(4),
    Buffer.alloc(258),
    Buffer.alloc(1_000_000),
    Buffer.from("abcdefgh".repeat(40_000)),
    words(300_000, 0, random),
    words(300_000, 5, random),
    words(200_000, 100, random),
    Buffer.from(Array.from({ length: 70_000 }, (_, index) => index * index)),
    // A repetition exactly as far as the window reaches, and one byte further.
    Buffer.concat([Buffer.from("needle in a haystack"), Buffer.alloc(32_748, 1), Buffer.from("needle in a haystack")]),
    Buffer.concat([Buffer.from("needle in a haystack"), Buffer.alloc(32_749, 1), Buffer.from("needle in a haystack")]),
    // Frequencies that grow like Fibonacci's numbers ask for codes of more than 15 bits.
    Buffer.concat(fibonacci(24).map((count, index) => Buffer.alloc(count, index * 5))),
  ];
  for (const level of LEVELS) {
    const deflate = createDeflate(level);
    for (const shape of shapes)
      assert.ok(inflateRawSync(deflate(shape)).equals(shape), `level ${level}, ${shape.length}`);
  }
});

function fibonacci(count: number): readonly number[] {
  const numbers = [1, 1];
  while (numbers.length < count) numbers.push((numbers.at(-1) ?? 0) + (numbers.at(-2) ?? 0));
  return numbers;
}

test("zlib gives the input back: many small inputs", () => {
  const random = xorshift(99);
  const encoders = LEVELS.map((level) => createDeflate(level));
  for (let round = 0; round < 20_000; round++) {
    const input = words(random() % 120, random() % 100, random);
    const encoder = encoders[round % encoders.length];
    assert.ok(encoder !== undefined && inflateRawSync(encoder(input)).equals(input), `round ${round}`);
  }
});

test("another decoder gives the input back", (t) => {
  if (!needsTools(t, "python3")) return;
  const input = words(500_000, 3, xorshift(3));
  const program = "import sys,zlib;sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read(),-15))";
  assert.ok(decodeWith("python3", ["-c", program], createDeflate(6)(input)).equals(input));
});

test("an encoder starts anew with each buffer", () => {
  const [used, fresh] = [createDeflate(6), createDeflate(6)];
  used(sampleBytes(100_000, 5));
  const input = sampleBytes(50_000);
  assert.ok(Buffer.from(used(input)).equals(fresh(input)));
});

test("a view into a larger buffer is read from where it starts", () => {
  const input = sampleBytes(10_000);
  const inside = Buffer.concat([Buffer.alloc(3), input, Buffer.alloc(5)]).subarray(3, 10_003);
  const alone = Buffer.from(createDeflate(6)(input));
  assert.ok(alone.equals(createDeflate(6)(inside)));
});

test("what does not compress grows by a few bytes only", () => {
  const noise = words(1_000_000, 100, xorshift(1));
  assert.ok(createDeflate(6)(noise).length <= noise.length + 200);
});

test("level 6 comes within 8 % of zlib's even on text of short words", () => {
  const text = words(600_000, 1, xorshift(11));
  const ratio = createDeflate(6)(text).length / deflateRawSync(text).length;
  assert.ok(ratio < 1.08, `${ratio}`);
});

test("a higher level is not worse on text", () => {
  const text = words(400_000, 2, xorshift(13));
  const sizes = LEVELS.map((level) => createDeflate(level)(text).length);
  assert.ok((sizes[8] ?? 0) <= (sizes[5] ?? 0) && (sizes[5] ?? 0) <= (sizes[0] ?? 0), sizes.join());
});

const GOLDEN: readonly string[] = [
  "b62c09df7b30f075",
  "a9c3422f61ff2685",
  "19b88bb31021bfe7",
  "c92d2dba523bce22",
  "16483bee1a97fa5e",
  "4d645e1d83f617ef",
  "c97bd5f50a367920",
  "de9fd005a6023056",
  "d4a1e716331e750c",
];

test("the bytes are the same for ever", () => {
  const random = xorshift(42);
  const input = Buffer.concat([words(200_000, 2, random), words(50_000, 100, random), sampleBytes(150_000)]);
  const digests = LEVELS.map((level) =>
    createHash("sha256").update(createDeflate(level)(input)).digest("hex").slice(0, 16),
  );
  // A change here changes every gzip layer: raise DEFLATE_VERSION with it.
  assert.deepEqual(digests, GOLDEN);
});
