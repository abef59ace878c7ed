// The memory of deflate.as.ts.

export const WINDOW: usize = 32_768;
export const HASH_BITS: u32 = 15;
/** Tokens of one block: the statistics of a longer one blur. */
const BLOCK_TOKENS: usize = 32_768;

/** By the lower bits of a position: how far back the one before of the same hash is; 65,535 for all that is too far. */
export const PREVIOUS: usize = 0;
// The compiler's own data lies between 0x10000 and 0x11000.
/** Frequencies of a block's literals, of its end, and of 256 + each match length. */
export const COUNTS: usize = 0x11000;
export const COUNTS_SIZE: usize = 520 * 4;
/** The codes of the same. */
export const SENDS: usize = COUNTS + COUNTS_SIZE;
/** Of each alphabet the frequencies, then from `CODE` on the codes: bits << 5 | how many. */
export const LITERAL: usize = SENDS + COUNTS_SIZE;
export const CODE: usize = 288 * 4;
export const DISTANCE: usize = LITERAL + 2 * CODE;
export const RUN: usize = DISTANCE + 2 * CODE;
/** Runs of equal code lengths: value << 16 | bits of the value << 8 | symbol. */
export const RUNS: usize = RUN + 2 * CODE;
/** What making a code takes. */
export const SORTED: usize = RUNS + 320 * 4;
export const WORK: usize = SORTED + 288 * 4;
export const PER_LENGTH: usize = WORK + 288 * 4;
export const NEXT: usize = PER_LENGTH + 16 * 4;
/** The last position of each hash, or 0. */
export const HEADS: usize = 0x20000;
export const HEADS_SIZE: usize = 4 << HASH_BITS;
/** A literal's value, or length << 16 | distance. */
export const TOKENS: usize = HEADS + HEADS_SIZE;
export const TOKENS_END: usize = TOKENS + BLOCK_TOKENS * 4;
/** What is written, and behind it what is read. */
export const OUTPUT: usize = TOKENS_END;
/** Eight bytes at a time are stored, and compared, where fewer may be meant. */
export const PADDING: usize = 64;

export function get(table: usize, index: u32): u32 {
  return load<u32>(table + ((index as usize) << 2));
}

export function set(table: usize, index: u32, value: u32): void {
  store<u32>(table + ((index as usize) << 2), value);
}

export function increment(table: usize, index: u32): void {
  set(table, index, get(table, index) + 1);
}
