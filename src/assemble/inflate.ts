import { crc32 } from "node:zlib";
import { inflateRaw } from "../archive/inflate.ts";
import type { ZipEntry } from "../archive/zip-entry.ts";
import type { SourceFile } from "./source-files.ts";

const OTHER_CRC = "does not have the CRC that the wheel gives";

/** Stored bytes read at once. */
const READ_SIZE = 2 ** 19;

export interface InflateOptions {
  /** Gets the compressed bytes on the way; they are valid until it returns. */
  readonly onRaw?: ((chunk: Uint8Array) => void) | undefined;
  /** Makes the error for a stream that is damaged, too long, followed by other bytes, or does not have its CRC. */
  readonly refuse: (problem: string) => Error;
}

/**
 * The plain bytes of a zip entry; each chunk is valid until the next is asked for. At their end their CRC is checked; whether
 * they are too few is for who counts them.
 */
export function plainChunks(file: SourceFile, entry: ZipEntry, options: InflateOptions): Iterable<Uint8Array> {
  return entry.method === 0 ? readStored(file, entry, options) : inflateEntry(file, entry, options);
}

function* readStored(
  file: SourceFile,
  entry: ZipEntry,
  { refuse }: InflateOptions,
): Generator<Uint8Array, void, undefined> {
  let crc = 0;
  const buffer = new Uint8Array(Math.min(READ_SIZE, entry.compressedSize));
  for (let done = 0; done < entry.compressedSize; done += buffer.length) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, entry.compressedSize - done));
    file.readInto(chunk, entry.dataOffset + done);
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (crc !== entry.crc32) throw refuse(OTHER_CRC);
}

function* inflateEntry(
  file: SourceFile,
  entry: ZipEntry,
  { onRaw, refuse }: InflateOptions,
): Generator<Uint8Array, void, undefined> {
  const readInto = (target: Uint8Array, offset: number): void => file.readInto(target, entry.dataOffset + offset);
  let size = 0;
  let crc = 0;
  const onCrc = (value: number): void => {
    crc = value;
  };
  for (const chunk of inflateRaw({ size: entry.compressedSize, readInto, onRaw, onCrc, refuse })) {
    size += chunk.length;
    if (size > entry.size) throw refuse("is larger than its archive says");
    yield chunk;
  }
  if (size === entry.size && crc !== entry.crc32) throw refuse(OTHER_CRC);
}
