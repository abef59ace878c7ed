import { utf8 } from "./bytes.ts";

export const TAR_BLOCK = 512;
/** What seven and eleven octal digits hold. */
export const MAX_USTAR_ID = 0o7777777;
export const MAX_USTAR_NUMBER = 0o77777777777;

export const MAX_USTAR_NAME = 100;
const MAX_PREFIX = 155;

const MAGIC = utf8("ustar\x0000");
const CHECKSUM = 148;
const BLANK = 0x20;
const ZERO = 0x30;

export interface UstarFields {
  readonly typeFlag: string;
  readonly name: Uint8Array;
  readonly prefix: Uint8Array;
  readonly linkName: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
}

/** One block as POSIX.1-2024 pax, "ustar Interchange Format", lays it out; owner names empty, device numbers 0. */
export function encodeUstar(fields: UstarFields): Uint8Array {
  const block = new Uint8Array(TAR_BLOCK);
  block.set(fields.name, 0);
  putOctal(block, 100, fields.mode, 7);
  putOctal(block, 108, fields.uid, 7);
  putOctal(block, 116, fields.gid, 7);
  putOctal(block, 124, fields.size, 11);
  putOctal(block, 136, fields.mtime, 11);
  block[156] = fields.typeFlag.charCodeAt(0);
  block.set(fields.linkName, 157);
  block.set(MAGIC, 257);
  putOctal(block, 329, 0, 7);
  putOctal(block, 337, 0, 7);
  block.set(fields.prefix, 345);
  putOctal(block, CHECKSUM, sumWithBlanks(block), 6);
  block[CHECKSUM + 7] = BLANK;
  return block;
}

function putOctal(block: Uint8Array, at: number, value: number, digits: number): void {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    block[place] = ZERO + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}

/** The sum of a block whose checksum is still zero, as if it were eight blanks. */
function sumWithBlanks(block: Uint8Array): number {
  let sum = 8 * BLANK;
  for (const byte of block) sum += byte;
  return sum;
}

/** Both parts of a name as ustar stores it, or undefined when it is not ASCII or fits in no split. */
export function splitUstarName(name: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!isAscii(name)) return undefined;
  if (name.length <= MAX_USTAR_NAME) return { name, prefix: "" };
  const slash = name.lastIndexOf("/", Math.min(MAX_PREFIX, name.length - 2));
  if (slash <= 0 || name.length - slash - 1 > MAX_USTAR_NAME) return undefined;
  return { name: name.slice(slash + 1), prefix: name.slice(0, slash) };
}

export function fitsUstarLink(linkName: string): boolean {
  return linkName.length <= MAX_USTAR_NAME && isAscii(linkName);
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
