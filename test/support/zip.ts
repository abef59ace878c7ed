import { crc32, deflateRawSync } from "node:zlib";
import {
  encodeCentral,
  encodeEnd,
  encodeLocal,
  encodeZip64End,
  fields,
  type Zip64End,
  type ZipCentralHeader,
  type ZipEnd,
  type ZipHeader,
} from "./zip-fields.ts";

/** One entry. Everything but the name has an honest default; any field can be made a lie. */
export interface ZipPart {
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** 8 deflates, 0 stores (the default for directories and empty files); other numbers store under that number. */
  readonly method?: number;
  /** The compressed bytes as they are; sizes and CRC still come from `content`, the compressed size from here. */
  readonly raw?: Uint8Array;
  /** Unix mode, with or without file type: 0o100644 by default, 0o40755 for directories. */
  readonly mode?: number;
  /** "version made by" system: 3 is Unix, 0 carries no mode. */
  readonly system?: number;
  /** Added to the flags that the name needs. */
  readonly flags?: number;
  /** Sizes and CRC after the data, zero in the local header. */
  readonly dataDescriptor?: "signature" | "bare";
  /** Sizes in zip64 extra fields. */
  readonly zip64?: boolean;
  /** Appended to the extra fields of both headers. */
  readonly extra?: Uint8Array;
  /** Lies in the local header alone. */
  readonly local?: Partial<ZipHeader>;
  /** Lies in the central header alone. */
  readonly central?: Partial<ZipCentralHeader>;
  /** Bytes between the entry before and this one's local header. */
  readonly before?: Uint8Array;
  /** No local header and no data: use with `central.offset`. */
  readonly centralOnly?: boolean;
  /** No central header: a hidden entry. */
  readonly localOnly?: boolean;
}

export interface ZipOptions {
  readonly prefix?: Uint8Array;
  /** Between the last entry and the central directory. */
  readonly gap?: Uint8Array;
  /** Between the central directory and the end records. */
  readonly afterCentral?: Uint8Array;
  readonly comment?: string | Uint8Array;
  /** After the end record, outside the comment. */
  readonly trailing?: Uint8Array;
  /** Lies in the end record. */
  readonly end?: Partial<ZipEnd>;
  /** Writes a zip64 end record and locator, with these lies. */
  readonly zip64?: Partial<Zip64End>;
}

/** An archive with the bytes that `parts` and `options` ask for: a sound one unless they lie. */
export function buildZip(parts: readonly ZipPart[], options: ZipOptions = {}): Buffer {
  const body: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const push = (bytes: Uint8Array) => {
    body.push(bytes);
    offset += bytes.length;
  };
  push(options.prefix ?? Buffer.alloc(0));
  for (const part of parts) {
    push(part.before ?? Buffer.alloc(0));
    const built = buildPart(part, offset);
    if (part.localOnly !== true) directory.push(built.central);
    if (part.centralOnly !== true) push(built.local);
  }
  push(options.gap ?? Buffer.alloc(0));
  const central = Buffer.concat(directory);
  const entries = directory.length;
  const end = {
    disk: 0,
    centralDisk: 0,
    entriesHere: entries,
    entries,
    centralSize: central.length,
    centralOffset: offset,
  };
  const after = options.afterCentral ?? Buffer.alloc(0);
  const zip64 = options.zip64 && zip64End(end, options.zip64, offset + central.length + after.length);
  const small =
    options.zip64 === undefined
      ? end
      : { ...end, entriesHere: 0xffff, entries: 0xffff, centralSize: 0xffffffff, centralOffset: 0xffffffff };
  return Buffer.concat([
    ...body,
    central,
    after,
    zip64 ?? Buffer.alloc(0),
    encodeEnd({ ...small, ...options.end }, bytesOf(options.comment ?? "")),
    options.trailing ?? Buffer.alloc(0),
  ]);
}

function zip64End(end: ZipEnd, lies: Partial<Zip64End>, locatorOffset: number): Buffer {
  const extensible = lies.extensible ?? Buffer.alloc(0);
  const honest = {
    ...end,
    recordSize: 44 + extensible.length,
    extensible,
    locatorDisk: 0,
    locatorOffset,
    locatorDisks: 1,
  };
  return encodeZip64End({ ...honest, ...lies });
}

function buildPart(part: ZipPart, offset: number): { readonly local: Buffer; readonly central: Buffer } {
  const name = bytesOf(part.name);
  const content = bytesOf(part.content ?? "");
  const isDirectory = name.at(-1) === 0x2f;
  const method = part.method ?? (content.length === 0 ? 0 : 8);
  const data = part.raw ?? (method === 8 ? deflateRawSync(content) : content);
  const header: ZipHeader = {
    signature: 0x04034b50,
    versionNeeded: part.zip64 === true ? 45 : 20,
    flags:
      (part.flags ?? 0) | (name.some((byte) => byte > 127) ? 0x800 : 0) | (part.dataDescriptor === undefined ? 0 : 8),
    method,
    time: 0,
    date: 0x21,
    crc32: crc32(content),
    compressedSize: data.length,
    size: content.length,
    name,
    extra: part.extra ?? Buffer.alloc(0),
  };
  const sizes = part.zip64 === true ? zip64Sizes(header) : {};
  const zeros = part.dataDescriptor === undefined ? {} : { crc32: 0, compressedSize: 0, size: 0, extra: header.extra };
  const mode = part.mode ?? (isDirectory ? 0o40755 : 0o100644);
  const central: ZipCentralHeader = {
    ...header,
    ...sizes,
    signature: 0x02014b50,
    versionMadeBy: ((part.system ?? 3) << 8) | 20,
    comment: Buffer.alloc(0),
    disk: 0,
    internalAttributes: 0,
    externalAttributes: (mode * 0x10000 + (isDirectory ? 0x10 : 0)) >>> 0,
    offset,
    ...part.central,
  };
  const local = encodeLocal({ ...header, ...sizes, ...zeros, ...part.local });
  return { local: Buffer.concat([local, data, descriptor(part, header)]), central: encodeCentral(central) };
}

function zip64Sizes(header: ZipHeader): Partial<ZipHeader> {
  const extra = fields([2, 1], [2, 16], [8, header.size], [8, header.compressedSize], header.extra);
  return { size: 0xffffffff, compressedSize: 0xffffffff, extra };
}

function descriptor(part: ZipPart, header: ZipHeader): Buffer {
  if (part.dataDescriptor === undefined) return Buffer.alloc(0);
  const width = part.zip64 === true ? 8 : 4;
  const body = fields([4, header.crc32], [width, header.compressedSize], [width, header.size]);
  return part.dataDescriptor === "bare" ? body : Buffer.concat([fields([4, 0x08074b50]), body]);
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? Buffer.from(value) : value;
}
