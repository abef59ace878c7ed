import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { type ArMember, readArIndex } from "../archive/ar.ts";
import { type ByteSource, fromUtf8 } from "../archive/bytes.ts";
import type { TarEntry } from "../archive/tar-entry.ts";
import { readTar } from "../archive/tar-read.ts";
import { createUnzstd } from "../codec/unzstd.ts";
import { unxz } from "../codec/xz.ts";
import { checkDebFormat, type DebCompression, debMembers } from "../debian/deb.ts";
import { isOciasmError, OciasmError, systemCode } from "../errors.ts";
import type { DebSource } from "../layers/recipe.ts";
import { openFileSource } from "../store/file-source.ts";
import type { DebSpool } from "./deb-spool.ts";

/** A package's content: the entries of its data archive and the small texts of its control archive. */
export interface UnpackedDeb {
  readonly source: DebSource;
  readonly files: readonly DebFile[];
  /** Text of `control`, `md5sums`, `postinst`, … by name. */
  readonly control: ReadonlyMap<string, string>;
}

export interface DebFile {
  /** As the package has it. */
  readonly entry: TarEntry;
  /** Where a file's bytes start in the spool; -1 when they were not wanted. */
  readonly offset: number;
}

/** The largest packages of Debian unpack to 2 GB. */
const MAX_DATA = 16 * 2 ** 30;
const MAX_CONTROL = 64 * 2 ** 20;
const CHUNK = 256 * 1024;

/**
 * Reads the .deb at `path`: the content of its data files goes to the spool, as far as `wanted` says so. Rejects with
 * ARCHIVE_INVALID, naming the package.
 */
export async function unpackDeb(
  source: DebSource,
  path: string,
  spool: DebSpool,
  wanted: (path: string) => boolean,
): Promise<UnpackedDeb> {
  const file = await openFileSource(path);
  try {
    const members = await readArIndex(file);
    const { control, data } = debMembers(members);
    checkDebFormat(await textOf(file, members[0]));
    const texts = await readControl(unpacked(file, control.member, control.compression, MAX_CONTROL));
    const files = await readData(unpacked(file, data.member, data.compression, MAX_DATA), spool, wanted);
    return { source, control: texts, files };
  } catch (error) {
    throw named(error, source);
  } finally {
    await file.close();
  }
}

async function readControl(chunks: AsyncIterable<Uint8Array>): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for await (const { entry, content } of readTar(chunks, { maxEntries: 1000, maxTotalSize: MAX_CONTROL })) {
    if (entry.type !== "file") continue;
    const parts: Uint8Array[] = [];
    for await (const part of content()) parts.push(Uint8Array.from(part));
    texts.set(entry.path, new TextDecoder().decode(Buffer.concat(parts)));
  }
  if (!texts.has("control")) throw new OciasmError("ARCHIVE_INVALID", "it has no control file");
  return texts;
}

async function readData(
  chunks: AsyncIterable<Uint8Array>,
  spool: DebSpool,
  wanted: (path: string) => boolean,
): Promise<DebFile[]> {
  const files: DebFile[] = [];
  for await (const { entry, content } of readTar(chunks, { maxTotalSize: MAX_DATA })) {
    if (entry.type !== "file" || !wanted(entry.path)) {
      files.push({ entry, offset: -1 });
      continue;
    }
    files.push({ entry, offset: spool.size });
    for await (const part of content()) await spool.append(part);
  }
  return files;
}

async function* unpacked(
  file: ByteSource,
  member: ArMember,
  compression: DebCompression,
  limit: number,
): AsyncGenerator<Uint8Array> {
  const packed = chunksOf(file, member);
  switch (compression) {
    case "none":
      yield* packed;
      return;
    case "xz":
      yield* unxz(packed, limit);
      return;
    case "gzip":
      yield* throughStream(packed, createGunzip(), limit);
      return;
    case "zstd":
      yield* throughStream(packed, await createUnzstd(), limit);
      return;
  }
}

async function* throughStream(
  packed: AsyncIterable<Uint8Array>,
  stream: Transform,
  limit: number,
): AsyncGenerator<Uint8Array> {
  // Failures of the file reach the reader, and the file is closed when the reader stops.
  const plain: AsyncIterable<Uint8Array> = pipeline(Readable.from(packed, { objectMode: false }), stream, () => {});
  let size = 0;
  for await (const chunk of plain) {
    size += chunk.length;
    if (size > limit) throw new OciasmError("ARCHIVE_INVALID", `it holds more than ${limit} bytes`);
    yield chunk;
  }
}

async function* chunksOf(file: ByteSource, { offset, size }: ArMember): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += CHUNK) yield await file.read(offset + at, Math.min(CHUNK, size - at));
}

async function textOf(file: ByteSource, member: ArMember | undefined): Promise<string> {
  if (member === undefined || member.size > 100) return "";
  return fromUtf8(await file.read(member.offset, member.size));
}

function named(error: unknown, source: DebSource): unknown {
  if (isOciasmError(error)) {
    if (error.code !== "ARCHIVE_INVALID") return error;
    const message = `${source.filename}: ${error.message}`;
    return new OciasmError(error.code, message, { hint: error.hint, cause: error });
  }
  if (systemCode(error) !== undefined) return error;
  return new OciasmError("ARCHIVE_INVALID", `${source.filename} is damaged`, { cause: error });
}
