// CRC-32 (ISO 3309), for inflate.as.ts. Of many bytes it is that of 4,800 others, which are had several times as fast.
//
// A message is a polynomial, and its CRC the rest modulo P. Modulo P, 1 = x^(-128·145) + x^(-128·183) + x^(-128·211) + x^(-128·300):
// a block of 16 bytes may go if it is added (XOR) to the blocks 145, 183, 211 and 300 behind it. All go but the last 300. No
// other four are nearer. The idea is that of Chorba (Russell, https://arxiv.org/abs/2412.16398), which has other numbers.

const BLOCK: usize = 16;
/** From a block that goes to the last one that it is added to, in bytes. */
const REACH: usize = 300 * BLOCK;
/** Bytes from which folding pays. */
const FOLD_FROM: usize = 2 * REACH;

/** The blocks that went last, then those that go in one round. */
const GONE: usize = 0x61000;
const ROUND: usize = 0x10000;
/** `REACH` bytes that have the same CRC as all that was folded. */
const REST: usize = 0x73000;
/** Eight tables of 256 words: what a byte does to the CRC if 0 to 7 others come behind it. */
const TABLES: usize = 0x75000;
const TABLE: usize = 1024;

let hasTables: bool = false;

/** The CRC of what begins at `start`, behind bytes whose CRC is `before`. */
export function crcOf(start: usize, length: usize, before: u32): u32 {
  if (!hasTables) makeTables();
  if (length < FOLD_FROM) return ~slice(start, length, ~before);
  const stop = start + length - REACH;
  const last = stop - ((length - REACH) & (BLOCK - 1));
  const state = slice(REST, REACH, fold(start, last, ~before));
  return ~slice(last + REACH, stop - last, state);
}

/** Lets all blocks before `stop` go, and puts the 300 from there, with what was added to them, to `REST`. Returns 0, their state. */
function fold(start: usize, stop: usize, state: u32): u32 {
  memory.fill(GONE, 0, REACH);
  store<u32>(GONE, state);
  for (let from = start; from < stop; ) {
    const size = min(ROUND, stop - from);
    add(from, size, GONE + REACH);
    memory.copy(GONE, GONE + size, REACH);
    from += size;
  }
  memory.fill(GONE + REACH, 0, REACH);
  add(stop, REACH, REST);
  return 0;
}

/** Writes blocks, with what is added to them by those that went. */
function add(start: usize, size: usize, target: usize): void {
  const stop = start + size;
  let gone = GONE;
  let to = target;
  for (let from = start; from < stop; from += BLOCK) {
    const far = v128.xor(v128.load(gone), v128.load(gone, 89 * 16));
    const near = v128.xor(v128.load(gone, 117 * 16), v128.load(gone, 155 * 16));
    v128.store(to, v128.xor(v128.load(from), v128.xor(far, near)));
    gone += BLOCK;
    to += BLOCK;
  }
}

/** Eight bytes at a time by tables. */
function slice(start: usize, length: usize, state: u32): u32 {
  const stop = start + length;
  let crc = state;
  let from = start;
  for (; from + 8 <= stop; from += 8) {
    const low = load<u32>(from) ^ crc;
    const high = load<u32>(from, 4);
    crc =
      entry(7, low & 255) ^
      entry(6, (low >> 8) & 255) ^
      entry(5, (low >> 16) & 255) ^
      entry(4, low >> 24) ^
      entry(3, high & 255) ^
      entry(2, (high >> 8) & 255) ^
      entry(1, (high >> 16) & 255) ^
      entry(0, high >> 24);
  }
  for (; from < stop; from++) crc = (crc >> 8) ^ entry(0, (crc ^ load<u8>(from)) & 255);
  return crc;
}

function entry(behind: usize, byte: u32): u32 {
  return load<u32>(TABLES + behind * TABLE + (byte << 2));
}

function makeTables(): void {
  hasTables = true;
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
    store<u32>(TABLES + (byte << 2), crc);
  }
  for (let at = TABLES; at < TABLES + 7 * TABLE; at += 4) {
    const crc = load<u32>(at);
    store<u32>(at + TABLE, (crc >> 8) ^ entry(0, crc & 255));
  }
}
