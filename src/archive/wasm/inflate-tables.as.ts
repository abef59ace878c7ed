// The tables of inflate.as.ts: codes of RFC 1951, 3.2.2, ready to be looked up.

// Tables: an entry tells what to do for the next bits. Codes longer than the root's bits go on in a part behind it.
// Masks take an entry's place in bytes from bits that begin at bit 2, which saves the hot loop a shift.
const LITLEN_ROOT: i32 = 11;
export const LITLEN_MASK: u32 = ((1 << LITLEN_ROOT) - 1) << 2;
const DISTANCE_ROOT: i32 = 8;
export const DISTANCE_MASK: u32 = ((1 << DISTANCE_ROOT) - 1) << 2;
export const LITLEN: usize = 0;
const LITLEN_END: usize = LITLEN + 8192 * 4;
export const DISTANCE: usize = LITLEN_END;
const DISTANCE_END: usize = DISTANCE + 4096 * 4;
export const PRECODE: usize = DISTANCE_END;
const PRECODE_END: usize = PRECODE + 128 * 4;
/** Code lengths of the symbols, a byte each. */
export const LENGTHS: usize = PRECODE_END;
/** How many codes have a length, and where symbols of each go: 16 of four bytes. */
const COUNTS: usize = LENGTHS + 512;
const PLACES: usize = COUNTS + 64;
/** Symbols by the length of their codes, two bytes each. */
const SORTED: usize = PLACES + 64;
const LENGTH_BASES: usize = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_EXTRAS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);

// An entry: bits 0-5 how many bits it takes, extra bits among them; 8-11 at which bit the extra bits begin, or how many
// choose in a part; 16-30 a literal, a base, or at which byte a part begins; and what it is.
export const LITERAL: u32 = 1 << 31;
export const SPECIAL: u32 = 1 << 15;
export const PART: u32 = SPECIAL | (1 << 14);
export const END: u32 = SPECIAL | (1 << 13);
const INVALID: u32 = SPECIAL;
/** Extra bits lie behind the code, whose first bit is bit 2. */
const EXTRA_AT: u32 = 2 << 8;

const LITLEN_KIND: i32 = 0;
const DISTANCE_KIND: i32 = 1;
export const PRECODE_KIND: i32 = 2;

export function makeTables(litlens: u32, distances: u32): bool {
  return (
    makeTable(LITLEN, LITLEN_ROOT, LENGTHS, litlens, LITLEN_KIND) &&
    makeTable(DISTANCE, DISTANCE_ROOT, LENGTHS + litlens, distances, DISTANCE_KIND)
  );
}

/** False for lengths that no code has, but a code of one bit alone, or none, passes, as in zlib; precodes must be whole. */
export function makeTable(table: usize, root: i32, lengths: usize, size: u32, kind: i32): bool {
  memory.fill(COUNTS, 0, 64);
  for (let i: u32 = 0; i < size; i++) {
    const at = COUNTS + ((load<u8>(lengths + i) as usize) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  store<u32>(COUNTS, 0);
  const longest = longestCode();
  const left = unusedCodes();
  if (left < 0) return false;
  if (left > 0) {
    if (kind == PRECODE_KIND || longest > 1) return false;
    store<u32>(table, INVALID | 1);
    store<u32>(table + 4, INVALID | 1);
  }
  sortSymbols(lengths, size);
  let symbols = SORTED;
  let code: u32 = 0;
  for (let length: i32 = 1; length <= root; length++) {
    const end = symbols + ((load<u32>(COUNTS + ((length as usize) << 2)) as usize) << 1);
    for (; symbols < end; symbols += 2) {
      store<u32>(table + ((code as usize) << 2), entryOf(load<u16>(symbols), length, kind));
      code = nextCode(code, length);
    }
    // Bits behind a code may be anything: what the table has so far is what it has for each of them.
    const filled: usize = (4 as usize) << length;
    if (length < root) memory.copy(table + filled, table, filled);
  }
  if (longest > root) makeParts(table, root, longest, symbols, code, kind);
  return true;
}

/** Codes longer than the root: those with the same first bits share a part of the table. */
function makeParts(table: usize, root: i32, longest: i32, sorted: usize, first: u32, kind: i32): void {
  const partBits = longest - root;
  let symbols = sorted;
  let code = first;
  let part: u32 = 0;
  let prefix: u32 = 0xffffffff;
  for (let length: i32 = root + 1; length <= longest; length++) {
    const end = symbols + ((load<u32>(COUNTS + ((length as usize) << 2)) as usize) << 1);
    for (; symbols < end; symbols += 2) {
      const low = code & (((1 as u32) << root) - 1);
      if (low != prefix) {
        part += prefix == 0xffffffff ? (1 as u32) << root : (1 as u32) << partBits;
        prefix = low;
        store<u32>(table + ((low as usize) << 2), PART | (part << 18) | (partBits << 8) | root);
      }
      const entry = entryOf(load<u16>(symbols), length - root, kind);
      for (let at: u32 = code >> root; at < (1 as u32) << partBits; at += (1 as u32) << (length - root)) {
        store<u32>(table + (((part + at) as usize) << 2), entry);
      }
      code = nextCode(code, length);
    }
  }
}

/** The code after `code`, both with their first bit lowest, as they come; it may go on with zeros. */
function nextCode(code: u32, length: i32): u32 {
  // Zeros take the place of the ones at its end, and a one that of the zero before them.
  const free = ~code & (((1 as u32) << length) - 1);
  if (free == 0) return 0;
  const bit: u32 = (1 as u32) << (31 - clz(free));
  return (code & (bit - 1)) | bit;
}

function longestCode(): i32 {
  let longest = 15;
  while (longest > 0 && load<u32>(COUNTS + ((longest as usize) << 2)) == 0) longest--;
  return longest;
}

/** Below zero when there are more codes than bits can tell apart. */
function unusedCodes(): i32 {
  let left: i32 = 1;
  for (let length: usize = 1; length < 16; length++) {
    left = (left << 1) - (load<u32>(COUNTS + (length << 2)) as i32);
    if (left < 0) break;
  }
  return left;
}

/** Symbols that have a code to `SORTED`, by its length, then by their number. */
function sortSymbols(lengths: usize, size: u32): void {
  let at: u32 = 0;
  for (let length: usize = 1; length < 16; length++) {
    store<u32>(PLACES + (length << 2), at);
    at += load<u32>(COUNTS + (length << 2));
  }
  for (let symbol: u32 = 0; symbol < size; symbol++) {
    const length = load<u8>(lengths + symbol) as usize;
    if (length == 0) continue;
    const place = PLACES + (length << 2);
    const rank = load<u32>(place);
    store<u32>(place, rank + 1);
    store<u16>(SORTED + ((rank as usize) << 1), symbol as u16);
  }
}

function entryOf(symbol: u32, length: i32, kind: i32): u32 {
  const code = ((length as u32) << 8) | (length as u32);
  if (kind == PRECODE_KIND) return (symbol << 16) | code;
  if (kind == DISTANCE_KIND) {
    if (symbol > 29) return INVALID | code;
    const extra: u32 = symbol < 4 ? 0 : (symbol >> 1) - 1;
    const base: u32 = symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << extra) + 1;
    return (base << 16) | (code + EXTRA_AT + extra);
  }
  if (symbol < 256) return LITERAL | (symbol << 16) | code;
  if (symbol == 256) return END | code;
  if (symbol > 285) return INVALID | code;
  const extra = load<u8>(LENGTH_EXTRAS + (symbol - 257)) as u32;
  return ((load<u16>(LENGTH_BASES + ((symbol - 257) << 1)) as u32) << 16) | (code + EXTRA_AT + extra);
}

/** Which bits choose within the part of the table that an entry names, from bit 2 on. */
export function maskOf(entry: u32): u32 {
  return ((4 as u32) << (entry >> 8)) - 4;
}

/** A length or a distance: its base and the extra bits behind its code, whose first bit is bit 2 of `before`. */
export function valueOf(entry: u32, before: u64): usize {
  const whole = (before & (((4 as u64) << (entry as u64)) - 1)) as u32;
  return ((entry >> 16) + (whole >> (entry >> 8))) as usize;
}
