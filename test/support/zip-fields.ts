/** Fields of a header that a test may set to anything, true or not. */
export interface ZipHeader {
  readonly signature: number;
  readonly versionNeeded: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly name: Uint8Array;
  readonly extra: Uint8Array;
}

export interface ZipCentralHeader extends ZipHeader {
  readonly versionMadeBy: number;
  readonly comment: Uint8Array;
  readonly disk: number;
  readonly internalAttributes: number;
  readonly externalAttributes: number;
  readonly offset: number;
}

export interface ZipEnd {
  readonly disk: number;
  readonly centralDisk: number;
  readonly entriesHere: number;
  readonly entries: number;
  readonly centralSize: number;
  readonly centralOffset: number;
}

export interface Zip64End extends ZipEnd {
  /** Size of the record less 12, as the format counts it. */
  readonly recordSize: number;
  readonly extensible: Uint8Array;
  /** What the locator says. */
  readonly locatorDisk: number;
  readonly locatorOffset: number;
  readonly locatorDisks: number;
}

/** Little-endian fields of 2, 4 or 8 bytes, then raw bytes. */
export function fields(...parts: readonly (readonly [width: 2 | 4 | 8, value: number] | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : field(part[0], part[1]))));
}

function field(width: 2 | 4 | 8, value: number): Buffer {
  const bytes = Buffer.alloc(width);
  if (width === 8) bytes.writeBigUInt64LE(BigInt(value));
  else bytes.writeUIntLE(value, 0, width);
  return bytes;
}

export function encodeLocal(header: ZipHeader): Buffer {
  return fields(
    [4, header.signature],
    ...common(header),
    [2, header.name.length],
    [2, header.extra.length],
    header.name,
    header.extra,
  );
}

export function encodeCentral(header: ZipCentralHeader): Buffer {
  return fields(
    [4, header.signature],
    [2, header.versionMadeBy],
    ...common(header),
    [2, header.name.length],
    [2, header.extra.length],
    [2, header.comment.length],
    [2, header.disk],
    [2, header.internalAttributes],
    [4, header.externalAttributes],
    [4, header.offset],
    header.name,
    header.extra,
    header.comment,
  );
}

function common(header: ZipHeader): (readonly [2 | 4 | 8, number])[] {
  return [
    [2, header.versionNeeded],
    [2, header.flags],
    [2, header.method],
    [2, header.time],
    [2, header.date],
    [4, header.crc32],
    [4, header.compressedSize],
    [4, header.size],
  ];
}

export function encodeEnd(end: ZipEnd, comment: Uint8Array): Buffer {
  return fields(
    [4, 0x06054b50],
    [2, end.disk],
    [2, end.centralDisk],
    [2, end.entriesHere],
    [2, end.entries],
    [4, end.centralSize],
    [4, end.centralOffset],
    [2, comment.length],
    comment,
  );
}

export function encodeZip64End(end: Zip64End): Buffer {
  return fields(
    [4, 0x06064b50],
    [8, end.recordSize],
    [2, 45],
    [2, 45],
    [4, end.disk],
    [4, end.centralDisk],
    [8, end.entriesHere],
    [8, end.entries],
    [8, end.centralSize],
    [8, end.centralOffset],
    end.extensible,
    [4, 0x07064b50],
    [4, end.locatorDisk],
    [8, end.locatorOffset],
    [4, end.locatorDisks],
  );
}
