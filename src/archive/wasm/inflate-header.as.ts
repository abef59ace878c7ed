// Reads what a block begins with (RFC 1951, 3.2.3 to 3.2.7), for inflate.as.ts.
import { bits, count, giveBack, refill, take } from "./inflate-input.as";
import { LENGTHS, makeTable, makeTables, PRECODE, PRECODE_KIND, SPECIAL } from "./inflate-tables.as";

const PRECODE_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** What `readHeader` answers: bytes follow as they are, or codes, for which the tables are made. */
export const STORED: i32 = 0;
export const CODED: i32 = 1;
export const UNSOUND: i32 = 2;

/** Of the block whose header was read last. */
export let isLast: bool = false;
export let storedSize: usize = 0;
let hasFixedCodes: bool = false;

/** Begins a stream. */
export function resetHeader(): void {
  isLast = false;
}

/** The input has all of the header, or is filled up with zeros. */
export function readHeader(): i32 {
  refill();
  isLast = take(1) != 0;
  const type = take(2);
  if (type == 0) return readStoredHeader() ? STORED : UNSOUND;
  if (type == 1) useFixedCodes();
  else if (type != 2 || !readCodes()) return UNSOUND;
  return CODED;
}

function readStoredHeader(): bool {
  take(count & 7);
  const size = take(16);
  const complement = take(16);
  giveBack();
  storedSize = size as usize;
  return size == (~complement & 0xffff);
}

function useFixedCodes(): void {
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
