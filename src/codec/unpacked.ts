import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { OciasmError } from "../errors.ts";
import { fileStream } from "../store/file-stream.ts";
import type { LayerCodec } from "./codec.ts";
import { createUnzstd } from "./unzstd.ts";

interface Format {
  readonly name: "gzip" | "zstd";
  readonly magic: readonly number[];
  readonly open: () => Transform | Promise<Transform>;
}

const FORMATS: readonly Format[] = [
  { name: "gzip", magic: [0x1f, 0x8b], open: () => createGunzip() },
  { name: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd], open: createUnzstd },
];

/** What a file of this host is packed with, by its first bytes. */
export async function packingOf(path: string): Promise<LayerCodec["name"]> {
  return (await formatOf(path))?.name ?? "none";
}

/**
 * The content of a file of this host that is packed with gzip or zstd, by its first bytes, or with nothing. Throws
 * ARCHIVE_INVALID, calling it `label`, for one that is damaged or unpacks to more than `limit` bytes.
 */
export async function* unpackedFile(path: string, limit: number, label: string): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of await plainChunks(path, label)) {
    size += chunk.length;
    if (size > limit) throw new OciasmError("ARCHIVE_INVALID", `${label} unpacks to more than ${limit} bytes`);
    yield chunk;
  }
}

async function plainChunks(path: string, label: string): Promise<AsyncIterable<Uint8Array>> {
  const format = await formatOf(path);
  if (format === undefined) return fileStream(path);
  const stream = await format.open();
  // Failures of the file reach the reader, and the file is closed when the reader stops.
  const plain = pipeline(Readable.from(fileStream(path), { objectMode: false }), stream, () => {});
  return readable(plain as AsyncIterable<Uint8Array>, label);
}

async function formatOf(path: string): Promise<Format | undefined> {
  const head = await firstBytes(path);
  return FORMATS.find(({ magic }) => magic.every((byte, at) => head[at] === byte));
}

async function firstBytes(path: string): Promise<Uint8Array> {
  for await (const chunk of fileStream(path)) return chunk.slice(0, 4);
  return new Uint8Array();
}

async function* readable(chunks: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    const isDamage = error instanceof Error && "code" in error && /^(?:Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code));
    if (!isDamage) throw error;
    throw new OciasmError("ARCHIVE_INVALID", `${label} can't be decompressed: ${error.message}`, { cause: error });
  }
}
