import { TAR_BLOCK } from "./tar-ustar.ts";

/** A header block as it stands, before pax and GNU extensions have their say. Names are raw bytes. */
export interface TarBlock {
  readonly typeFlag: string;
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
}

/** Reads a block of ustar, GNU or V7 tar, or says what is wrong with it. */
export function parseTarBlock(block: Uint8Array): TarBlock | string {
  if (!hasChecksum(block)) return "a bad checksum";
  const mode = number(block, 100, 8);
  const uid = number(block, 108, 8);
  const gid = number(block, 116, 8);
  const size = number(block, 124, 12);
  const mtime = number(block, 136, 12);
  if (mode === undefined || mode < 0) return "a mode that is no number";
  if (uid === undefined || gid === undefined || uid < 0 || gid < 0) return "an owner that is no number";
  if (size === undefined || size < 0) return "a size that is no number of bytes";
  if (mtime === undefined) return "a time that is no number";
  const typeFlag = String.fromCharCode(block[156] ?? 0);
  return { typeFlag, name: fullName(block), linkName: text(block, 157, 100), mode, uid, gid, size, mtime };
}

/** Old programs summed signed bytes; both sums are in use. */
function hasChecksum(block: Uint8Array): boolean {
  const stored = number(block, 148, 8);
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < TAR_BLOCK; index++) {
    const byte = index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return stored === unsigned || stored === signed;
}

/** Only POSIX blocks carry a prefix: GNU tar keeps other things there. */
function fullName(block: Uint8Array): Uint8Array {
  const name = text(block, 0, 100);
  const isPosix = latin1(block.subarray(257, 263)) === "ustar\0";
  const isStar = latin1(block.subarray(508, 512)) === "tar\0";
  const prefix = isPosix ? text(block, 345, isStar ? 131 : 155) : new Uint8Array(0);
  if (prefix.length === 0) return name;
  const full = new Uint8Array(prefix.length + 1 + name.length);
  full.set(prefix);
  full[prefix.length] = 0x2f;
  full.set(name, prefix.length + 1);
  return full;
}

/** Up to the first NUL. */
function text(block: Uint8Array, start: number, length: number): Uint8Array {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** Octal digits between spaces and NULs, or base 256 in two's complement when the first bit is set (GNU, star). */
function number(block: Uint8Array, start: number, length: number): number | undefined {
  const field = block.subarray(start, start + length);
  if (((field[0] ?? 0) & 0x80) !== 0) return base256(field);
  let at = 0;
  while (field[at] === SPACE) at++;
  let value = 0;
  for (; isOctalDigit(field[at]); at++) value = value * 8 + (field[at] ?? 0) - ZERO;
  for (; at < field.length; at++) if (field[at] !== SPACE && field[at] !== 0) return undefined;
  return value;
}

const SPACE = 0x20;
const ZERO = 0x30;

function isOctalDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte < ZERO + 8;
}

function base256(field: Uint8Array): number | undefined {
  const isNegative = ((field[0] ?? 0) & 0x40) !== 0;
  let value = isNegative ? -1 : 0;
  for (const [index, byte] of field.entries()) {
    value = value * 256 + (index === 0 && !isNegative ? byte & 0x7f : byte);
    if (!Number.isSafeInteger(value)) return undefined;
  }
  return value;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
