// Finds repetitions (RFC 1951, 4), a block of tokens at a time. Positions are addresses.
import {
  COUNTS,
  COUNTS_SIZE,
  DISTANCE,
  HASH_BITS,
  HEADS,
  HEADS_SIZE,
  increment,
  PREVIOUS,
  set,
  TOKENS,
  TOKENS_END,
  WINDOW,
} from "./deflate-memory.as";
import { DISTANCE_SYMBOLS, distanceSymbol, END_OF_BLOCK, MAX_LENGTH } from "./deflate-symbols.as";

const WINDOW_MASK: usize = WINDOW - 1;
/** Matches of three bytes save next to nothing, and hashing four makes the search twice as fast. */
const MIN_MATCH: usize = 4;
/** After 2^this bytes without a match every second byte is looked at only, and so on: such data does not compress. */
const SKIP_SHIFT: usize = 8;

let chain: u32 = 0;
let nice: usize = 0;
let lazy: usize = 0;

export let position: usize = 0;
export let inputEnd: usize = 0;
export let tokensEnd: usize = TOKENS;

/**
 * How hard to look for matches: how many earlier places to compare at most, from which length on a match is taken at
 * once, and below which length the next byte's match is tried too.
 */
export function setEffort(chainLimit: u32, niceLength: u32, lazyLength: u32): void {
  chain = chainLimit;
  nice = niceLength;
  lazy = lazyLength;
}

export function setInput(start: usize, end: usize): void {
  position = start;
  inputEnd = end;
  memory.fill(HEADS, 0, HEADS_SIZE);
}

/** Makes the tokens of the next block, and counts them. */
export function findTokens(): void {
  memory.fill(COUNTS, 0, COUNTS_SIZE);
  memory.fill(DISTANCE, 0, DISTANCE_SYMBOLS * 4);
  set(COUNTS, END_OF_BLOCK, 1);
  const lastHashed = inputEnd - MIN_MATCH;
  let at = position;
  let to = TOKENS;
  let missed: usize = 0;
  // A lazy step writes two tokens.
  while (at < inputEnd && to < TOKENS_END - 4) {
    let match: u32 = at > lastHashed ? 0 : search(at, insert(at), MIN_MATCH - 1, chain);
    if (match == 0) {
      missed++;
      const step = min<usize>(1 + (missed >> SKIP_SHIFT), min<usize>(inputEnd - at, (TOKENS_END - to) >> 2));
      for (const stop = at + step; at < stop; at++) {
        addLiteral(to, at);
        to += 4;
      }
      continue;
    }
    missed = 0;
    let inserted = at + 1;
    if (((match >> 16) as usize) < lazy && at < lastHashed) {
      const better = search(at + 1, insert(at + 1), match >> 16, chain >> 1);
      inserted = at + 2;
      if (better != 0) {
        addLiteral(to, at);
        to += 4;
        at++;
        match = better;
      }
    }
    store<u32>(to, match);
    to += 4;
    increment(COUNTS, 256 + (match >> 16));
    increment(DISTANCE, distanceSymbol(match & 0xffff));
    at += match >> 16;
    for (const stop = min(at, lastHashed + 1); inserted < stop; inserted++) insert(inserted);
  }
  tokensEnd = to;
  position = at;
}

function addLiteral(to: usize, at: usize): void {
  const value: u32 = load<u8>(at);
  store<u32>(to, value);
  increment(COUNTS, value);
}

/** Enters a position and returns the last one of the same hash, or 0. */
function insert(at: usize): usize {
  const head = HEADS + (((load<u32>(at) * 0x9e3779b1) >> (32 - HASH_BITS)) << 2);
  const candidate: usize = load<u32>(head);
  store<u16>(PREVIOUS + ((at & WINDOW_MASK) << 1), min<usize>(at - candidate, 65_535));
  store<u32>(head, at);
  return candidate;
}

/** The longest match longer than `shortest`, or 0. */
function search(at: usize, first: usize, shortest: usize, depth: u32): u32 {
  const longest = min<usize>(MAX_LENGTH, inputEnd - at);
  if (longest <= shortest) return 0;
  const oldest = at - WINDOW;
  const start = load<u32>(at);
  let candidate = first;
  let best = shortest;
  let found: usize = 0;
  let end = load<u32>(at + best - 3);
  for (let left = depth; candidate > oldest && left > 0; left--) {
    if (load<u32>(candidate + best - 3) == end && load<u32>(candidate) == start) {
      const length = matchLength(candidate, at, longest);
      if (length > best) {
        best = length;
        found = at - candidate;
        if (length >= nice || length == longest) break;
        end = load<u32>(at + best - 3);
      }
    }
    candidate -= load<u16>(PREVIOUS + ((candidate & WINDOW_MASK) << 1));
  }
  return found == 0 ? 0 : (((best << 16) | found) as u32);
}

/** The first four bytes are equal. */
function matchLength(one: usize, other: usize, longest: usize): usize {
  for (let length = MIN_MATCH; length < longest; length += 8) {
    const difference = load<u64>(one + length) ^ load<u64>(other + length);
    if (difference != 0) return min(longest, length + ((ctz(difference) as usize) >> 3));
  }
  return longest;
}
