import { BitWriter } from "./bit-writer.ts";
import { writeBlock } from "./deflate-block.ts";
import { createMatcher, createTokenBlock, type Effort } from "./deflate-match.ts";

/** Goes into layer keys: to be raised with any change of the bytes that are written. */
export const DEFLATE_VERSION = 1;

export type DeflateLevel = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

const EFFORTS: Readonly<Record<DeflateLevel, Effort>> = {
  1: { chain: 2, nice: 16, lazy: 0 },
  2: { chain: 4, nice: 32, lazy: 0 },
  3: { chain: 8, nice: 32, lazy: 0 },
  4: { chain: 8, nice: 32, lazy: 8 },
  5: { chain: 16, nice: 64, lazy: 16 },
  6: { chain: 32, nice: 128, lazy: 32 },
  7: { chain: 64, nice: 128, lazy: 64 },
  8: { chain: 256, nice: 258, lazy: 128 },
  9: { chain: 1024, nice: 258, lazy: 258 },
};

/**
 * Makes an encoder of raw deflate streams (RFC 1951) whose bytes depend on the input and the level alone, for ever: no
 * compressor's version, no processor. The result is valid until the next call.
 */
export function createDeflate(level: DeflateLevel): (bytes: Uint8Array) => Uint8Array {
  const matcher = createMatcher(EFFORTS[level]);
  const block = createTokenBlock();
  const bits = new BitWriter(2 ** 16);
  return (bytes) => {
    bits.clear();
    matcher.begin(bytes);
    let from = 0;
    do {
      const to = matcher.fill(block);
      writeBlock(bits, block, bytes.subarray(from, to), to === bytes.length);
      from = to;
    } while (from < bytes.length);
    bits.reserve(8);
    bits.align();
    return bits.view();
  };
}
