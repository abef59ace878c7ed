import { utf8 } from "./bytes.ts";

export const TAR_BLOCK = 512;
/** What seven and eleven octal digits hold. */
export const MAX_USTAR_ID = 0o7777777;
export const MAX_USTAR_NUMBER = 0o77777777777;

export const MAX_USTAR_NAME = 100;
const MAX_PREFIX = 155;

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
  block.set(octal(fields.mode, 7), 100);
  block.set(octal(fields.uid, 7), 108);
  block.set(octal(fields.gid, 7), 116);
  block.set(octal(fields.size, 11), 124);
  block.set(octal(fields.mtime, 11), 136);
  block.set(utf8("        "), 148);
  block.set(utf8(fields.typeFlag), 156);
  block.set(fields.linkName, 157);
  block.set(utf8("ustar\x0000"), 257);
  block.set(octal(0, 7), 329);
  block.set(octal(0, 7), 337);
  block.set(fields.prefix, 345);
  block.set(utf8(`${checksum(block).toString(8).padStart(6, "0")}\0 `), 148);
  return block;
}

function octal(value: number, digits: number): Uint8Array {
  return utf8(value.toString(8).padStart(digits, "0"));
}

function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte) => sum + byte, 0);
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
