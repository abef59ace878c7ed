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

/** No four letters come twice, and the rarest as often as asks for codes of more than 15 bits. */
function rareLetters(random: () => number): Buffer {
  const bytes = Buffer.from(Array.from({ length: 30_000 }, () => random() % 200));
  fibonacci(12).forEach((count, rank) => {
    for (let index = 0; rank > 0 && index < count; index++) bytes[random() % bytes.length] = 200 + rank;
  });
  return bytes;
}

function fibonacci(count: number): readonly number[] {
  const numbers = [1, 1];
  while (numbers.length < count) numbers.push((numbers.at(-1) ?? 0) + (numbers.at(-2) ?? 0));
  return numbers;
}

/** What is hard on an encoder; the digest of it at all levels, one after the other, as they always were. */
function shapes(): readonly (readonly [name: string, bytes: Buffer, digest: string])[] {
  const random = xorshift(7);
  const needle = Buffer.from("needle in a haystack");
  return [
    ["nothing", Buffer.alloc(0), "848f69ee7b1618ec"],
    ["one byte", Buffer.from("a"), "84582aa15f214aea"],
    ["too short for a match", Buffer.from("abc"), "27bc31134e999483"],
    ["as short as a match", Buffer.from("abcd"), "5eb6665d5afbf50e"],
    ["four zeros", Buffer.alloc(4), "17b183384ce5ba5a"],
    ["one match", Buffer.alloc(258), "9b3255003f0685d8"],
    ["zeros", Buffer.alloc(1_000_000), "a81bbcd575efc5ba"],
    ["a repetition", Buffer.from("abcdefgh".repeat(40_000)), "74293f1fc3d40a89"],
    ["words", words(300_000, 0, random), "bc331db1a0d717dd"],
    ["words with noise", words(300_000, 5, random), "4b6b4c43e09e3f1a"],
    ["half noise", words(100_000, 50, random), "c0fa91b44699af4f"],
    ["more than a megabyte", words(1_300_000, 20, random), "e5f9e355e27e329a"],
    ["noise", words(200_000, 100, random), "31906655bc39249a"],
    ["as much noise as a block has tokens", words(32_767, 100, random), "5c2afdb77f2b6b1e"],
    ["one byte more than a block of noise", words(32_768, 100, random), "3680ed7eda7765a6"],
    ["as much noise as a stored block takes", words(65_535, 100, random), "1f618927bbaea85c"],
    ["one byte more than a stored block takes", words(65_536, 100, random), "3549e01eb61ea51b"],
    ["squares", Buffer.from(Array.from({ length: 70_000 }, (_, index) => index * index)), "b606b5eee42c2e5a"],
    [
      "a repetition as far as the window reaches",
      Buffer.concat([needle, Buffer.alloc(32_747, 1), needle]),
      "9ec38e7d4d7320cc",
    ],
    ["a repetition one byte further", Buffer.concat([needle, Buffer.alloc(32_748, 1), needle]), "71409dc42bab2efc"],
    ["a repetition two bytes further", Buffer.concat([needle, Buffer.alloc(32_749, 1), needle]), "8245abd4e8d61127"],
    [
      "growing runs",
      Buffer.concat(fibonacci(24).map((count, index) => Buffer.alloc(count, index * 5))),
      "93de6d0ad71e77f1",
    ],
    ["rare letters", rareLetters(random), "a6d52560aeb94c06"],
  ];
}

test("zlib gives the input back: shapes that are hard on an encoder, at every level", () => {
  const inputs = shapes();
  for (const level of LEVELS) {
    const deflate = createDeflate(level);
    for (const [name, bytes] of inputs)
      assert.ok(inflateRawSync(deflate(bytes)).equals(bytes), `level ${level}, ${name}`);
  }
});

test("the bytes of these shapes are the same for ever", () => {
  const encoders = LEVELS.map((level) => createDeflate(level));
  for (const [name, bytes, digest] of shapes()) {
    const hash = createHash("sha256");
    for (const deflate of encoders) hash.update(deflate(bytes));
    assert.equal(hash.digest("hex").slice(0, 16), digest, name);
  }
});

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

test("what an encoder gave is not touched by another one", () => {
  const [one, other] = [createDeflate(6), createDeflate(6)];
  const given = one(sampleBytes(10_000));
  const copy = Buffer.from(given);
  other(sampleBytes(20_000, 3));
  assert.ok(copy.equals(given));
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
