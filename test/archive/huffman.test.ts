import assert from "node:assert/strict";
import { test } from "node:test";
import { buildHuffman } from "../../src/archive/huffman.ts";

function kraft(lengths: Uint8Array): number {
  return lengths.reduce((sum, length) => sum + (length === 0 ? 0 : 2 ** -length), 0);
}

test("a code is full and no longer than allowed, also for frequencies that ask for more", () => {
  const frequencies = Uint32Array.from({ length: 30 }, (_, index) => Math.min(2 ** 22, 2 ** index));
  for (const maxLength of [5, 7, 9, 15]) {
    const { lengths } = buildHuffman(frequencies, maxLength);
    assert.equal(kraft(lengths), 1);
    assert.equal(Math.max(...lengths), maxLength);
    assert.ok(lengths.every((length) => length > 0));
  }
});

test("a code is as short as Huffman's when the limit does not bind", () => {
  const { lengths } = buildHuffman(Uint32Array.of(45, 13, 12, 16, 9, 5), 15);
  assert.deepEqual([...lengths], [1, 3, 3, 3, 4, 4]);
});

test("at least two symbols get a code", () => {
  assert.deepEqual([...buildHuffman(new Uint32Array(4), 15).lengths], [1, 1, 0, 0]);
  assert.deepEqual([...buildHuffman(Uint32Array.of(0, 0, 9, 0), 15).lengths], [1, 0, 1, 0]);
  assert.deepEqual([...buildHuffman(Uint32Array.of(3, 0, 0, 0), 15).lengths], [1, 1, 0, 0]);
});

test("codes are the canonical ones, with their bits reversed", () => {
  // RFC 1951, 3.2.2: lengths 3, 3, 3, 3, 3, 2, 4, 4 give 010 011 100 101 110 00 1110 1111.
  const { lengths, codes } = buildHuffman(Uint32Array.of(8, 8, 8, 8, 8, 20, 2, 2), 15);
  assert.deepEqual([...lengths], [3, 3, 3, 3, 3, 2, 4, 4]);
  assert.deepEqual([...codes], [0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111]);
});
