// Blocks as they are written (RFC 1951, 3.2.3).
import { align, append, held, heldBits, output, setOutput, write } from "./deflate-bits.as";
import { codeLength } from "./deflate-huffman.as";
import { CODE, DISTANCE, get, LITERAL, RUN, RUNS, SENDS, set, TOKENS } from "./deflate-memory.as";
import { distanceCount, literalCount, RUN_ORDER, runCodeCount, runCount } from "./deflate-plan.as";
import {
  distanceExtra,
  distanceSymbol,
  END_OF_BLOCK,
  FIRST_LENGTH,
  lengthExtra,
  lengthSymbol,
  MAX_LENGTH,
  MIN_LENGTH,
} from "./deflate-symbols.as";

const MAX_STORED: usize = 65_535;

/** RFC 1951, 3.2.4; nothing at all is one empty block. */
export function writeStored(from: usize, end: usize, isLast: bool): void {
  let at = from;
  do {
    const size = min(end - at, MAX_STORED);
    write(isLast && at + size == end ? 1 : 0, 3);
    align();
    write(size as u32, 16);
    write((size as u32) ^ 0xffff, 16);
    append(at, size);
    at += size;
  } while (at < end);
}

export function writeCoded(tokensEnd: usize, isLast: bool): void {
  write(isLast ? 5 : 4, 3);
  write(literalCount - 257, 5);
  write(distanceCount - 1, 5);
  write(runCodeCount - 4, 4);
  for (let at: u32 = 0; at < runCodeCount; at++) write(codeLength(RUN, load<u8>(RUN_ORDER + at)), 3);
  for (let at: u32 = 0; at < runCount; at++) {
    const run = get(RUNS, at);
    const code = get(RUN + CODE, run & 255);
    write(code >> 5, code & 31);
    write(run >> 16, (run >> 8) & 255);
  }
  prepareSends();
  writeTokens(tokensEnd);
  const code = get(SENDS, END_OF_BLOCK);
  write(code >> 5, code & 31);
}

/** The codes by match length instead of symbol, with the extra bits in them. */
function prepareSends(): void {
  memory.copy(SENDS, LITERAL + CODE, FIRST_LENGTH * 4);
  for (let length: u32 = MIN_LENGTH; length <= MAX_LENGTH; length++) {
    const symbol = lengthSymbol(length);
    const code = get(LITERAL + CODE, FIRST_LENGTH + symbol);
    const extra = lengthExtra(symbol);
    const value = (length - MIN_LENGTH) & ((1 << extra) - 1);
    set(SENDS, 256 + length, code + (value << (5 + (code & 31))) + extra);
  }
}

function writeTokens(tokensEnd: usize): void {
  let to = output;
  let bits = held;
  let count: u64 = heldBits;
  for (let from = TOKENS; from < tokensEnd; from += 4) {
    const token = load<u32>(from);
    if (token < 256) {
      const code = get(SENDS, token);
      bits |= ((code >> 5) as u64) << count;
      count += code & 31;
    } else {
      const near = get(SENDS, 256 + (token >> 16));
      bits |= ((near >> 5) as u64) << count;
      count += near & 31;
      const distance = token & 0xffff;
      const symbol = distanceSymbol(distance);
      const far = get(DISTANCE + CODE, symbol);
      bits |= ((far >> 5) as u64) << count;
      count += far & 31;
      const extra = distanceExtra(symbol);
      bits |= (((distance - 1) & ((1 << extra) - 1)) as u64) << count;
      count += extra;
    }
    // At most 48 bits more than the seven that may be left.
    store<u64>(to, bits);
    to += (count >> 3) as usize;
    bits >>= count & 56;
    count &= 7;
  }
  setOutput(to, bits, count as u32);
}
