import { inflateRaw } from "../archive/inflate.ts";
import type { ZipEntry } from "../archive/zip-entry.ts";
import type { SourceFile } from "./source-files.ts";

/** Stored bytes read at once. */
const READ_SIZE = 2 ** 19;

export interface InflateOptions {
  /** Gets the compressed bytes on the way; they are valid until it returns. */
  readonly onRaw?: ((chunk: Uint8Array) => void) | undefined;
  /** Makes the error for a stream that is damaged, too long, or followed by other bytes. */
  readonly refuse: (problem: string) => Error;
}

/** The plain bytes of a zip entry; each chunk is valid until the next is asked for. The CRC is the caller's to check. */
export function plainChunks(file: SourceFile, entry: ZipEntry, options: InflateOptions): Iterable<Uint8Array> {
  return entry.method === 0 ? readStored(file, entry) : inflateEntry(file, entry, options);
}

function* readStored(file: SourceFile, entry: ZipEntry): Generator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(Math.min(READ_SIZE, entry.compressedSize));
  for (let done = 0; done < entry.compressedSize; done += buffer.length) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, entry.compressedSize - done));
    file.readInto(chunk, entry.dataOffset + done);
    yield chunk;
  }
}

function* inflateEntry(
  file: SourceFile,
  entry: ZipEntry,
  { onRaw, refuse }: InflateOptions,
): Generator<Uint8Array, void, undefined> {
  const readInto = (target: Uint8Array, offset: number): void => file.readInto(target, entry.dataOffset + offset);
  let size = 0;
  for (const chunk of inflateRaw({ size: entry.compressedSize, readInto, onRaw, refuse })) {
    size += chunk.length;
    if (size > entry.size) throw refuse("is larger than its archive says");
    yield chunk;
  }
}
