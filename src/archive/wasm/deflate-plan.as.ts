// The codes of a block, and what they cost.
import { buildCode, codeLength } from "./deflate-huffman.as";
import { COUNTS, DISTANCE, get, increment, LITERAL, RUN, RUNS, set } from "./deflate-memory.as";
import {
  DISTANCE_SYMBOLS,
  distanceExtra,
  FIRST_LENGTH,
  LITERAL_SYMBOLS,
  lengthExtra,
  lengthSymbol,
  MAX_LENGTH,
  MIN_LENGTH,
} from "./deflate-symbols.as";

const MAX_CODE: u32 = 15;
const MAX_RUN_CODE: u32 = 7;
const RUN_SYMBOLS: u32 = 19;
const REPEAT: u32 = 16;
const ZEROS: u32 = 17;
const MANY_ZEROS: u32 = 18;
/** RFC 1951, 3.2.7: the order in which the lengths of the code length code are sent. */
export const RUN_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

export let literalCount: u32 = 0;
export let distanceCount: u32 = 0;
export let runCount: u32 = 0;
export let runCodeCount: u32 = 0;

/** Makes the codes of a block; returns how many bits it takes with them. */
export function planBlock(): u32 {
  memory.copy(LITERAL, COUNTS, FIRST_LENGTH * 4);
  memory.fill(LITERAL + FIRST_LENGTH * 4, 0, (LITERAL_SYMBOLS - FIRST_LENGTH) * 4);
  for (let length: u32 = MIN_LENGTH; length <= MAX_LENGTH; length++) {
    const symbol = FIRST_LENGTH + lengthSymbol(length);
    set(LITERAL, symbol, get(LITERAL, symbol) + get(COUNTS, 256 + length));
  }
  buildCode(LITERAL, LITERAL_SYMBOLS, MAX_CODE);
  buildCode(DISTANCE, DISTANCE_SYMBOLS, MAX_CODE);
  literalCount = max(257, usedSymbols(LITERAL, LITERAL_SYMBOLS));
  distanceCount = max(1, usedSymbols(DISTANCE, DISTANCE_SYMBOLS));
  planRuns();
  buildCode(RUN, RUN_SYMBOLS, MAX_RUN_CODE);
  runCodeCount = RUN_SYMBOLS;
  while (runCodeCount > 4 && codeLength(RUN, load<u8>(RUN_ORDER + runCodeCount - 1)) == 0) runCodeCount--;
  return blockBits();
}

function usedSymbols(alphabet: usize, symbols: u32): u32 {
  let used = symbols;
  while (used > 0 && codeLength(alphabet, used - 1) == 0) used--;
  return used;
}

function blockBits(): u32 {
  let bits = 17 + 3 * runCodeCount;
  for (let at: u32 = 0; at < runCount; at++) {
    const run = get(RUNS, at);
    bits += codeLength(RUN, run & 255) + ((run >> 8) & 255);
  }
  for (let symbol: u32 = 0; symbol < LITERAL_SYMBOLS; symbol++) {
    const extra = symbol < FIRST_LENGTH ? 0 : lengthExtra(symbol - FIRST_LENGTH);
    bits += get(LITERAL, symbol) * (codeLength(LITERAL, symbol) + extra);
  }
  for (let symbol: u32 = 0; symbol < DISTANCE_SYMBOLS; symbol++) {
    bits += get(DISTANCE, symbol) * (codeLength(DISTANCE, symbol) + distanceExtra(symbol));
  }
  return bits;
}

/** RFC 1951, 3.2.7: the code lengths of both alphabets as one sequence, run by run. */
function planRuns(): void {
  memory.fill(RUN, 0, RUN_SYMBOLS * 4);
  runCount = 0;
  const lengths = literalCount + distanceCount;
  for (let at: u32 = 0; at < lengths; ) {
    const length = sentLength(at);
    const from = at;
    do at++;
    while (at < lengths && sentLength(at) == length);
    if (length == 0) addZeros(at - from);
    else addRepeated(length, at - from);
  }
}

function sentLength(at: u32): u32 {
  return at < literalCount ? codeLength(LITERAL, at) : codeLength(DISTANCE, at - literalCount);
}

function addZeros(times: u32): void {
  let left = times;
  while (left >= 3) {
    const count = min<u32>(left, 138);
    if (count <= 10) addRun(ZEROS, 3, count - 3);
    else addRun(MANY_ZEROS, 7, count - 11);
    left -= count;
  }
  for (; left > 0; left--) addRun(0, 0, 0);
}

function addRepeated(length: u32, times: u32): void {
  addRun(length, 0, 0);
  let left = times - 1;
  while (left >= 3) {
    const count = min<u32>(left, 6);
    addRun(REPEAT, 2, count - 3);
    left -= count;
  }
  for (; left > 0; left--) addRun(length, 0, 0);
}

function addRun(symbol: u32, bits: u32, value: u32): void {
  set(RUNS, runCount, (value << 16) | (bits << 8) | symbol);
  runCount++;
  increment(RUN, symbol);
}
