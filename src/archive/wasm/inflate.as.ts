// RFC 1951, in AssemblyScript: https://www.assemblyscript.org. `compile.mjs` makes inflate-code.ts of it.
//
// Bits wait in `bits`, lowest first, and `count` of them are true; those above are bits to come, and are read again.
// Only the lowest six bits of `count` mean anything in the hot loop.

import { crcOf } from "./crc.as";
import { copyMatch } from "./inflate-match.as";
import {
  DISTANCE,
  DISTANCE_MASK,
  END,
  LENGTHS,
  LITERAL,
  LITLEN,
  LITLEN_MASK,
  makeTable,
  makeTables,
  maskOf,
  PART,
  PRECODE,
  PRECODE_KIND,
  SPECIAL,
  valueOf,
} from "./inflate-tables.as";

const PRECODE_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** Where compressed bytes are put; behind `INPUT_SIZE` of them there is room for what may be read beyond their end. */
export const INPUT: usize = 0x20000;
export const INPUT_SIZE: i32 = 0x40000;
const PADDING: usize = 1024;
/** Plain bytes: 32 KiB that may be referred to, then those that are new, and room for the end of a match. */
export const OUTPUT: usize = 0x80000;
export const OUTPUT_SIZE: i32 = 0x80000;
const WINDOW: usize = 0x8000;

/** What `run` answers. */
export const NEEDS_INPUT: i32 = 0;
export const IS_FULL: i32 = 1;
export const IS_DONE: i32 = 2;
export const IS_DAMAGED: i32 = 3;
export const IS_CUT: i32 = 4;

const AT_HEADER: i32 = 0;
const IN_STORED: i32 = 1;
const IN_CODES: i32 = 2;

let bits: u64 = 0;
let count: u32 = 0;
let input: usize = INPUT;
let inputEnd: usize = INPUT;
let output: usize = OUTPUT;
/** The earliest plain byte that there is. */
let earliest: usize = OUTPUT;
let place: i32 = AT_HEADER;
let isLast: bool = false;
let storedLeft: usize = 0;
const litlenMask: u64 = 0;
let hasFixedCodes: bool = false;

/** Begins a stream. */
export function reset(): void {
  bits = 0;
  count = 0;
  input = INPUT;
  inputEnd = INPUT;
  output = OUTPUT;
  earliest = OUTPUT;
  place = AT_HEADER;
  isLast = false;
}

/** Moves what is not read yet to `INPUT`; returns where more is to be put, and tells how much fits by `INPUT_SIZE`. */
export function makeRoom(): usize {
  giveBack();
  const left = inputEnd - input;
  memory.copy(INPUT, input, left);
  input = INPUT;
  inputEnd = INPUT + left;
  return inputEnd;
}

/** Compressed bytes that no code has used. */
export function unused(): i32 {
  giveBack();
  return (inputEnd - input) as i32;
}

/** Makes whole bytes that wait in `bits` bytes of the input again. */
function giveBack(): void {
  input -= (count & 63) >> 3;
  count &= 7;
  bits &= ((1 as u64) << count) - 1;
}

/** Where the plain bytes of the last `run` end; they begin at `begin()`. */
export function end(): usize {
  return output;
}

let began: usize = OUTPUT;
export function begin(): usize {
  return began;
}

/** The CRC-32 of the plain bytes of the last `run`, behind others whose CRC is `before`. */
export function crc(before: u32): u32 {
  return crcOf(began, output - began, before);
}

/** Inflates until it needs input, has `OUTPUT_SIZE` plain bytes or more, or ends. `added` bytes were put where `makeRoom` said. */
export function run(added: i32, isAll: bool): i32 {
  inputEnd += added as usize;
  if (isAll) memory.fill(inputEnd, 0, PADDING);
  // What was answered before may be overwritten but for what can be referred to.
  if (output - OUTPUT > WINDOW) {
    memory.copy(OUTPUT, output - WINDOW, WINDOW);
    output = OUTPUT + WINDOW;
    earliest = OUTPUT;
  }
  began = output;
  const outputLimit = began + (OUTPUT_SIZE as usize);
  let answer: i32;
  do {
    if (place == AT_HEADER) answer = readHeader(isAll);
    else if (place == IN_STORED) answer = copyStored(outputLimit, isAll);
    else answer = runCodes(outputLimit, isAll);
  } while (answer < 0);
  return answer;
}

function refill(): void {
  bits |= load<u64>(input) << (count as u64);
  input += 7 - ((count >> 3) & 7);
  count |= 56;
}

function take(size: u32): u32 {
  const value = (bits & (((1 as u64) << size) - 1)) as u32;
  bits >>= size;
  count -= size;
  return value;
}

/** Whether codes were read that lie beyond the end. */
function isBeyond(): bool {
  return input - ((count & 63) >> 3) > inputEnd;
}

function readHeader(isAll: bool): i32 {
  if (isLast) return IS_DONE;
  // The longest header has less than 400 bytes.
  if (!isAll && inputEnd - input < 512) return NEEDS_INPUT;
  count &= 63;
  refill();
  isLast = take(1) != 0;
  const type = take(2);
  let isSound = true;
  if (type == 0) isSound = readStoredHeader();
  else if (type == 1) useFixedCodes();
  else if (type == 2) isSound = readCodes();
  else isSound = false;
  if (isBeyond()) return IS_CUT;
  return isSound ? -1 : IS_DAMAGED;
}

function readStoredHeader(): bool {
  take(count & 7);
  const size = take(16);
  const complement = take(16);
  giveBack();
  storedLeft = size as usize;
  place = IN_STORED;
  return size == (~complement & 0xffff);
}

function copyStored(outputLimit: usize, isAll: bool): i32 {
  if (output >= outputLimit) return IS_FULL;
  const size = min(storedLeft, min(inputEnd - input, outputLimit - output));
  memory.copy(output, input, size);
  input += size;
  output += size;
  storedLeft -= size;
  if (storedLeft == 0) {
    place = AT_HEADER;
    return -1;
  }
  if (output == outputLimit) return IS_FULL;
  return isAll ? IS_CUT : NEEDS_INPUT;
}

function useFixedCodes(): void {
  place = IN_CODES;
  if (hasFixedCodes) return;
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  memory.fill(LENGTHS + 288, 5, 32);
  makeTables(288, 32);
  hasFixedCodes = true;
}

function readCodes(): bool {
  const litlens: u32 = take(5) + 257;
  const distances: u32 = take(5) + 1;
  const precodes: u32 = take(4) + 4;
  if (litlens > 286 || distances > 30) return false;
  memory.fill(LENGTHS, 0, 19);
  for (let i: u32 = 0; i < precodes; i++) {
    refill();
    store<u8>(LENGTHS + load<u8>(PRECODE_ORDER + i), take(3) as u8);
  }
  hasFixedCodes = false;
  if (!makeTable(PRECODE, 7, LENGTHS, 19, PRECODE_KIND)) return false;
  if (!readLengths(litlens + distances)) return false;
  place = IN_CODES;
  return load<u8>(LENGTHS + 256) != 0 && makeTables(litlens, distances);
}

function readLengths(size: u32): bool {
  for (let at: u32 = 0; at < size; ) {
    refill();
    const entry = load<u32>(PRECODE + (((bits as u32) & 127) << 2));
    if (entry & SPECIAL) return false;
    take(entry & 63);
    const symbol = entry >> 16;
    if (symbol < 16) {
      store<u8>(LENGTHS + at, symbol as u8);
      at++;
      continue;
    }
    if (symbol == 16 && at == 0) return false;
    const value: u8 = symbol == 16 ? load<u8>(LENGTHS + at - 1) : 0;
    const times = symbol == 16 ? take(2) + 3 : symbol == 17 ? take(3) + 3 : take(7) + 11;
    if (at + times > size) return false;
    memory.fill(LENGTHS + at, value, times);
    at += times;
  }
  return true;
}

/**
 * The hot loop. Each literal waits for the one before it: look up, shift, mask, look up. So the bits in `held` begin at
 * bit 2, as tables are looked up, and the next entry is looked up before bits are added and before a match is copied.
 * 54 bits are true after each refill. Two literals and a length take 42 of them, and a distance is looked up by 8;
 * three literals, or a distance, leave 11 for the next entry.
 */
function runCodes(outputLimit: usize, isAll: bool): i32 {
  // One pass reads 29 bytes at most. Beyond the end there are zeros: who reads more than eight of them has gone astray.
  const inputLimit: usize = isAll ? inputEnd + 8 : inputEnd - 32;
  if (input > inputLimit) return isAll ? IS_CUT : NEEDS_INPUT;
  giveBack();
  let from = input;
  let to = output;
  let held = bits << 2;
  let size = count + 2;
  held |= load<u64>(from) << (size as u64);
  from += 7 - ((size >> 3) & 7);
  size |= 56;
  let entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
  let answer: i32 = -1;
  for (;;) {
    if (to >= outputLimit) {
      answer = IS_FULL;
      break;
    }
    if (from > inputLimit) {
      answer = isAll ? IS_CUT : NEEDS_INPUT;
      break;
    }
    let before = held;
    held >>= entry as u64;
    size -= entry;
    if (entry & LITERAL) {
      let literal = entry >> 16;
      entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
      before = held;
      held >>= entry as u64;
      size -= entry;
      store<u8>(to, literal);
      to++;
      if (entry & LITERAL) {
        literal = entry >> 16;
        entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
        before = held;
        held >>= entry as u64;
        size -= entry;
        store<u8>(to, literal);
        to++;
        if (entry & LITERAL) {
          store<u8>(to, entry >> 16);
          to++;
          entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
          held |= load<u64>(from) << (size as u64);
          from += 7 - ((size >> 3) & 7);
          size |= 56;
          continue;
        }
      }
    }
    if (entry & SPECIAL) {
      if ((entry & PART) == PART) {
        entry = load<u32>(LITLEN + (entry >> 16) + ((held as u32) & maskOf(entry)));
        before = held;
        held >>= entry as u64;
        size -= entry;
      }
      if (entry & LITERAL) {
        store<u8>(to, entry >> 16);
        to++;
        held |= load<u64>(from) << (size as u64);
        from += 7 - ((size >> 3) & 7);
        size |= 56;
        entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
        continue;
      }
      if (entry & SPECIAL) {
        if ((entry & END) == END) place = AT_HEADER;
        else answer = IS_DAMAGED;
        break;
      }
    }
    const length = valueOf(entry, before);
    entry = load<u32>(DISTANCE + ((held as u32) & DISTANCE_MASK));
    held |= load<u64>(from) << (size as u64);
    from += 7 - ((size >> 3) & 7);
    size |= 56;
    before = held;
    held >>= entry as u64;
    size -= entry;
    if (entry & SPECIAL) {
      if ((entry & PART) == PART) {
        entry = load<u32>(DISTANCE + (entry >> 16) + ((held as u32) & maskOf(entry)));
        before = held;
        held >>= entry as u64;
        size -= entry;
      }
      if (entry & SPECIAL) {
        answer = IS_DAMAGED;
        break;
      }
    }
    const distance = valueOf(entry, before);
    if (distance > to - earliest) {
      answer = IS_DAMAGED;
      break;
    }
    entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
    held |= load<u64>(from) << (size as u64);
    from += 7 - ((size >> 3) & 7);
    size |= 56;
    copyMatch(to, distance, to + length);
    to += length;
  }
  input = from;
  output = to;
  bits = held >> 2;
  count = (size & 63) - 2;
  return isBeyond() ? IS_CUT : answer;
}
