import { distanceSymbol, LENGTH_SYMBOL } from "./deflate-symbols.ts";

const WINDOW = 32_768;
const WINDOW_MASK = WINDOW - 1;
const HASH_BITS = 15;
const MAX_MATCH = 258;
/** Matches of three bytes save next to nothing, and hashing four makes the search twice as fast. */
const MIN_MATCH = 4;
const END_OF_BLOCK = 256;
const FIRST_LENGTH = 257;
/** Tokens of one block: the statistics of a longer one blur. */
const BLOCK_TOKENS = 32_768;
/** After 2^this bytes without a match every second byte is looked at only, and so on: such data does not compress. */
const SKIP_SHIFT = 8;

/** How hard to look for matches. */
export interface Effort {
  /** Earlier places that are compared at most. */
  readonly chain: number;
  /** A match this long is taken at once. */
  readonly nice: number;
  /** Below this length the next byte's match is tried too; 0 never. */
  readonly lazy: number;
}

/** The tokens of one block: a literal's value, or length << 16 | distance. */
export interface TokenBlock {
  readonly tokens: Uint32Array;
  count: number;
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
}

/** Finds repetitions in one buffer (RFC 1951, 4), a block of tokens at a time. */
export interface Matcher {
  /** Starts on another buffer. */
  begin(bytes: Uint8Array): void;
  /** Fills the block from where the last one ended, and returns the position that follows it. */
  fill(block: TokenBlock): number;
}

export function createTokenBlock(): TokenBlock {
  return {
    tokens: new Uint32Array(BLOCK_TOKENS),
    count: 0,
    literals: new Uint32Array(286),
    distances: new Uint32Array(30),
  };
}

export function createMatcher({ chain, nice, lazy }: Effort): Matcher {
  const heads = new Int32Array(1 << HASH_BITS);
  const previous = new Int32Array(WINDOW);
  let bytes: Uint8Array = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  let position = 0;

  /** Enters a position and returns the last one of the same hash, or -1. */
  const insert = (at: number): number => {
    const hash = Math.imul(view.getInt32(at, true), 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = heads[hash] as number;
    previous[at & WINDOW_MASK] = candidate;
    heads[hash] = at;
    return candidate;
  };

  /** The longest match longer than `shortest`, as length << 16 | distance, or 0. Four bytes are compared at a time. */
  const search = (at: number, first: number, shortest: number, depth: number): number => {
    const longest = Math.min(MAX_MATCH, bytes.length - at);
    if (longest <= shortest) return 0;
    const oldest = Math.max(-1, at - WINDOW);
    const start = view.getInt32(at, true);
    let candidate = first;
    let best = shortest;
    let found = 0;
    let end = view.getInt32(at + best - 3, true);
    for (let left = depth; candidate > oldest && left > 0; left--) {
      if (view.getInt32(candidate + best - 3, true) === end && view.getInt32(candidate, true) === start) {
        let length = 4;
        while (length + 4 <= longest && view.getInt32(candidate + length, true) === view.getInt32(at + length, true)) {
          length += 4;
        }
        while (length < longest && bytes[candidate + length] === bytes[at + length]) length++;
        if (length > best) {
          best = length;
          found = (length << 16) | (at - candidate);
          if (length >= nice || length === longest) break;
          end = view.getInt32(at + best - 3, true);
        }
      }
      candidate = previous[candidate & WINDOW_MASK] as number;
    }
    return found;
  };

  const fill = (block: TokenBlock): number => {
    const { tokens, literals, distances } = block;
    literals.fill(0);
    distances.fill(0);
    literals[END_OF_BLOCK] = 1;
    const length = bytes.length;
    const lastHashed = length - MIN_MATCH;
    let at = position;
    let count = 0;
    let missed = 0;
    const literal = (value: number): void => {
      tokens[count++] = value;
      literals[value] = (literals[value] as number) + 1;
    };
    // A lazy step writes two tokens.
    while (at < length && count < BLOCK_TOKENS - 1) {
      let match = at > lastHashed ? 0 : search(at, insert(at), MIN_MATCH - 1, chain);
      if (match === 0) {
        missed++;
        const step = Math.min(1 + (missed >> SKIP_SHIFT), length - at, BLOCK_TOKENS - count);
        for (let skipped = 0; skipped < step; skipped++) literal(bytes[at++] as number);
        continue;
      }
      missed = 0;
      let inserted = at + 1;
      if (match >>> 16 < lazy && at < lastHashed) {
        const better = search(at + 1, insert(at + 1), match >>> 16, chain >> 1);
        inserted = at + 2;
        if (better !== 0) {
          literal(bytes[at++] as number);
          match = better;
        }
      }
      const matched = match >>> 16;
      const symbol = FIRST_LENGTH + (LENGTH_SYMBOL[matched] as number);
      literals[symbol] = (literals[symbol] as number) + 1;
      const far = distanceSymbol(match & 0xffff);
      distances[far] = (distances[far] as number) + 1;
      tokens[count++] = match;
      at += matched;
      for (const stop = Math.min(at, lastHashed + 1); inserted < stop; inserted++) insert(inserted);
    }
    block.count = count;
    position = at;
    return at;
  };

  return {
    fill,
    begin: (next) => {
      bytes = next;
      view = new DataView(next.buffer, next.byteOffset, next.byteLength);
      position = 0;
      heads.fill(-1);
    },
  };
}
