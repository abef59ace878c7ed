// Prefix codes as deflate defines them (RFC 1951, 3.2.2): by the lengths alone.
import { CODE, get, increment, NEXT, PER_LENGTH, SORTED, set, WORK } from "./deflate-memory.as";

export function codeLength(alphabet: usize, symbol: u32): u32 {
  return get(alphabet + CODE, symbol) & 31;
}

/** Symbols are packed below their frequency, so that one sort orders both. */
const SYMBOL_BITS: u32 = 9;

/**
 * The shortest code for the alphabet's frequencies (each below 2^23) with no code of more than `maxLength` bits, which
 * is 15 at most; symbols of the same frequency are told apart by their number. At least two symbols get a code: some
 * decoders refuse fewer.
 */
export function buildCode(alphabet: usize, symbols: u32, maxLength: u32): void {
  const count = sortSymbols(alphabet, symbols);
  findLengths(count as i32);
  limitLengths(count, maxLength);
  memory.fill(alphabet + CODE, 0, symbols << 2);
  let at = count;
  let code: u32 = 0;
  for (let length: u32 = 1; length <= maxLength; length++) {
    const codes = get(PER_LENGTH, length);
    set(NEXT, length, code);
    code = (code + codes) << 1;
    for (const stop = at - codes; at > stop; at--) {
      set(alphabet + CODE, get(SORTED, at - 1) & ((1 << SYMBOL_BITS) - 1), length);
    }
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length = codeLength(alphabet, symbol);
    if (length == 0) continue;
    set(alphabet + CODE, symbol, (reverse(get(NEXT, length), length) << 5) | length);
    increment(NEXT, length);
  }
}

/** Symbols that occur, the rarest first, each with its frequency in the upper bits; returns how many. */
function sortSymbols(alphabet: usize, symbols: u32): u32 {
  let count: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const frequency = get(alphabet, symbol);
    if (frequency > 0) insertSorted((frequency << SYMBOL_BITS) | symbol, count++);
  }
  for (let symbol: u32 = 0; count < 2; symbol++) {
    if (get(alphabet, symbol) == 0) insertSorted((1 << SYMBOL_BITS) | symbol, count++);
  }
  return count;
}

function insertSorted(key: u32, count: u32): void {
  let at = count;
  for (; at > 0 && get(SORTED, at - 1) > key; at--) set(SORTED, at, get(SORTED, at - 1));
  set(SORTED, at, key);
}

/**
 * Optimal code length of each sorted symbol. Moffat and Katajainen, "In-place calculation of minimum-redundancy codes"
 * (1995): weights become parents, parents become depths, depths become lengths.
 */
function findLengths(count: i32): void {
  for (let at: i32 = 0; at < count; at++) set(WORK, at, get(SORTED, at) >> SYMBOL_BITS);
  let leaf: i32 = 0;
  let root: i32 = 0;
  for (let next: i32 = 0; next < count - 1; next++) {
    let weight: u32 = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= count || (root < next && get(WORK, root) < get(WORK, leaf))) {
        weight += get(WORK, root);
        set(WORK, root++, next);
      } else {
        weight += get(WORK, leaf++);
      }
    }
    set(WORK, next, weight);
  }
  set(WORK, count - 2, 0);
  for (let next = count - 3; next >= 0; next--) set(WORK, next, get(WORK, get(WORK, next)) + 1);

  let available: i32 = 1;
  let depth: u32 = 0;
  root = count - 2;
  let next = count - 1;
  while (available > 0) {
    let inner: i32 = 0;
    for (; root >= 0 && get(WORK, root) == depth; root--) inner++;
    for (; available > inner; available--) set(WORK, next--, depth);
    available = 2 * inner;
    depth++;
  }
}

/** How many codes have each length, when those that are too long are cut and others grow to make room. */
function limitLengths(count: u32, maxLength: u32): void {
  memory.fill(PER_LENGTH, 0, 16 * 4);
  // Kraft's sum in units of the longest code; a full code has exactly 2^maxLength.
  let sum: u32 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const limited = min(get(WORK, at), maxLength);
    increment(PER_LENGTH, limited);
    sum += 1 << (maxLength - limited);
  }
  for (; sum > (1 as u32) << maxLength; sum--) {
    let length = maxLength - 1;
    while (get(PER_LENGTH, length) == 0) length--;
    set(PER_LENGTH, length, get(PER_LENGTH, length) - 1);
    set(PER_LENGTH, length + 1, get(PER_LENGTH, length + 1) + 2);
    set(PER_LENGTH, maxLength, get(PER_LENGTH, maxLength) - 1);
  }
}

function reverse(code: u32, length: u32): u32 {
  let value = code;
  value = ((value & 0x5555) << 1) | ((value >> 1) & 0x5555);
  value = ((value & 0x3333) << 2) | ((value >> 2) & 0x3333);
  value = ((value & 0x0f0f) << 4) | ((value >> 4) & 0x0f0f);
  value = ((value & 0x00ff) << 8) | ((value >> 8) & 0x00ff);
  return value >> (16 - length);
}
