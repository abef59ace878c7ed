import { createInflateRaw, type InflateRaw, inflateRawSync, type ZlibOptions } from "node:zlib";
import type { ZipEntry } from "../archive/zip-entry.ts";
import { release } from "./release.ts";
import type { SourceFile } from "./source-files.ts";

/** Compressed bytes read at once. */
const READ_SIZE = 2 ** 19;
/** Plain bytes that a stream yields at once. */
const CHUNK_SIZE = 2 ** 19;
/** Plain bytes that may wait: one chunk is hashed, and zlib's thread is at the next, while a third is ready. */
const AHEAD = 2 * CHUNK_SIZE;
/** Up to here one call does it all: a stream costs ten times as much to set up. */
const SMALL = 2 ** 20;

export interface InflateOptions {
  /** Gets the compressed bytes on the way; they are valid until its promise settles. */
  readonly onRaw?: ((chunk: Uint8Array) => Promise<void>) | undefined;
  /** Makes the error for a stream that is damaged, too long, or followed by other bytes. */
  readonly refuse: (problem: string, cause?: unknown) => Error;
}

/** The plain bytes of a zip entry; each chunk is valid until the next is asked for. Size and CRC are the caller's to check. */
export function plainChunks(file: SourceFile, entry: ZipEntry, options: InflateOptions): AsyncIterable<Uint8Array> {
  if (entry.method === 0) return readStored(file, entry);
  const small = entry.size <= SMALL && entry.compressedSize <= SMALL;
  return small ? inflateWhole(file, entry, options) : inflateStream(file, entry, options);
}

async function* readStored(file: SourceFile, entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafe(Math.min(READ_SIZE, entry.compressedSize));
  for (let done = 0; done < entry.compressedSize; done += buffer.length) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, entry.compressedSize - done));
    file.readInto(chunk, entry.dataOffset + done);
    yield chunk;
  }
  release(buffer);
}

async function* inflateWhole(
  file: SourceFile,
  entry: ZipEntry,
  { onRaw, refuse }: InflateOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const raw = Buffer.allocUnsafe(entry.compressedSize);
  file.readInto(raw, entry.dataOffset);
  if (onRaw !== undefined) await onRaw(raw);
  const { bytes, consumed } = inflateSync(raw, entry.size, refuse);
  const behind = raw.length - consumed;
  release(raw);
  if (behind !== 0) throw refuse(`has ${behind} bytes behind its deflate stream`);
  yield bytes;
  release(bytes);
}

function inflateSync(
  raw: Uint8Array,
  size: number,
  refuse: InflateOptions["refuse"],
): { readonly bytes: Uint8Array; readonly consumed: number } {
  try {
    // One byte more than is needed, or zlib asks for a second buffer to find that nothing is left.
    const options = { info: true, chunkSize: Math.max(64, size + 1), maxOutputLength: Math.max(1, size) };
    const { buffer, engine } = inflateRawSync(raw, options) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: InflateRaw;
    };
    return { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    throw translate(error, refuse);
  }
}

async function* inflateStream(
  file: SourceFile,
  entry: ZipEntry,
  { onRaw, refuse }: InflateOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const inflate = createInflateRaw({ chunkSize: CHUNK_SIZE, highWaterMark: AHEAD } as ZlibOptions);
  const feeding = feed(inflate, file, entry, onRaw).catch((error: unknown) => {
    inflate.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of inflate as AsyncIterable<Uint8Array>) {
      yield chunk;
      // zlib goes on filling the rest of a buffer that is not full.
      if (chunk.byteOffset + chunk.length === chunk.buffer.byteLength) release(chunk);
    }
  } catch (error) {
    throw translate(error, refuse);
  } finally {
    inflate.destroy();
    await feeding;
  }
  const behind = entry.compressedSize - inflate.bytesWritten;
  if (behind !== 0) throw refuse(`has ${behind} bytes behind its deflate stream`);
}

/** zlib's own threads inflate one chunk, and have the next, while this one hashes what came before, and hands raw bytes on. */
async function feed(
  inflate: InflateRaw,
  file: SourceFile,
  entry: ZipEntry,
  onRaw: InflateOptions["onRaw"],
): Promise<void> {
  const size = Math.min(READ_SIZE, entry.compressedSize);
  let [next, other] = [createFeeder(inflate, size), createFeeder(inflate, size)];
  for (let done = 0; done < entry.compressedSize; done += size) {
    const buffer = await next.free();
    const chunk = buffer.subarray(0, Math.min(size, entry.compressedSize - done));
    file.readInto(chunk, entry.dataOffset + done);
    next.write(chunk);
    await onRaw?.(chunk);
    if (inflate.destroyed) return;
    [next, other] = [other, next];
  }
  for (const feeder of [next, other]) await feeder.end();
  inflate.end();
}

/** A buffer of compressed bytes on their way into zlib. */
interface Feeder {
  /** The buffer, once zlib has taken what was in it. */
  free(): Promise<Uint8Array>;
  write(chunk: Uint8Array): void;
  /** Gives the memory back. */
  end(): Promise<void>;
}

function createFeeder(inflate: InflateRaw, size: number): Feeder {
  let buffer: Uint8Array | undefined;
  let taken: Promise<void> = Promise.resolve();
  return {
    free: async () => {
      await taken;
      buffer ??= Buffer.allocUnsafe(size);
      return buffer;
    },
    write: (chunk) => {
      taken = writeChunk(inflate, chunk);
      // Thrown by whoever asks next.
      taken.catch(() => {});
    },
    end: async () => {
      await taken;
      if (buffer !== undefined) release(buffer);
    },
  };
}

/** A stream that is destroyed, by an error in its input too, never answers the write it was at. */
async function writeChunk(inflate: InflateRaw, chunk: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    inflate.once("close", resolve);
    inflate.write(chunk, (error) => {
      inflate.off("close", resolve);
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

function translate(error: unknown, refuse: InflateOptions["refuse"]): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  if (error.code === "ERR_BUFFER_TOO_LARGE") return refuse("is larger than its archive says", error);
  if (error.code === "Z_BUF_ERROR") return refuse("has a deflate stream that is cut off", error);
  return error.code.startsWith("Z_") ? refuse("has a damaged deflate stream", error) : error;
}
