import { concatBytes, utf8 } from "./bytes.ts";

/** Keyword -> value as bytes, which need not be UTF-8 for keywords that nobody here asks for. */
export type PaxRecords = ReadonlyMap<string, Uint8Array>;

/** Records of a pax extended header (POSIX.1-2024 pax, "pax Extended Header"), in the order given. */
export function encodePaxRecords(records: readonly (readonly [keyword: string, value: string])[]): Uint8Array {
  return concatBytes(records.map(([keyword, value]) => encodeRecord(keyword, value)));
}

/** The length that a record starts with counts its own digits. */
function encodeRecord(keyword: string, value: string): Uint8Array {
  const rest = utf8(` ${keyword}=${value}\n`);
  let length = rest.length + 1;
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
  return concatBytes([utf8(`${length}`), rest]);
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;

/** The records of an extended header, or what is wrong with them. A keyword that comes twice is wrong: readers differ. */
export function parsePaxRecords(bytes: Uint8Array): PaxRecords | string {
  const records = new Map<string, Uint8Array>();
  let at = 0;
  while (at < bytes.length) {
    const end = recordEnd(bytes, at);
    const start = bytes.indexOf(SPACE, at) + 1;
    const equals = bytes.indexOf(EQUALS, start);
    if (end === undefined || equals <= start || equals >= end - 1) return "a pax record of wrong length";
    const keyword = latin1(bytes.subarray(start, equals));
    if (/[\0\n]/.test(keyword)) return "a pax record of wrong length";
    if (records.has(keyword)) return `two pax records "${keyword}"`;
    records.set(keyword, bytes.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** Where the record ends, when its length says so and a newline agrees. */
function recordEnd(bytes: Uint8Array, at: number): number | undefined {
  const digits = /^([1-9][0-9]{0,6}) /.exec(latin1(bytes.subarray(at, at + 8)))?.[1];
  if (digits === undefined) return undefined;
  const end = at + Number(digits);
  return end <= bytes.length && bytes[end - 1] === NEWLINE ? end : undefined;
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
