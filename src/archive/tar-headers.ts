import type { BytePuller } from "./byte-puller.ts";
import { parseTarBlock, type TarBlock } from "./tar-block.ts";
import { tarPadding } from "./tar-header.ts";
import { type PaxRecords, parsePaxRecords } from "./tar-pax.ts";
import { refuseTar } from "./tar-refusal.ts";
import type { TarExtensions } from "./tar-resolve.ts";
import { TAR_BLOCK } from "./tar-ustar.ts";

/** Long names and pax records together stay far below. */
const MAX_EXTENSION = 2 ** 20;

/** Go's reader, and with it every engine, ignores them in a global header; GNU tar and Python obey. */
const AMBIGUOUS_GLOBALS = ["path", "linkpath", "size", "uid", "gid"];

export interface TarHeader {
  readonly block: TarBlock;
  readonly extensions: TarExtensions;
}

/**
 * The next entry's block with the extended headers before it, or undefined at the end of the archive. With
 * `endOptional` that is also where the stream ends before a header.
 */
export async function readTarHeader(puller: BytePuller, endOptional = false): Promise<TarHeader | undefined> {
  let extensions: TarExtensions = {};
  for (;;) {
    const bytes = await puller.take(TAR_BLOCK);
    if (bytes.length === 0 && endOptional && Object.keys(extensions).length === 0) return undefined;
    if (bytes.length < TAR_BLOCK) throw refuseTar("is cut off: it has no end");
    if (isZero(bytes)) {
      if (Object.keys(extensions).length > 0) throw refuseTar("ends with a header that belongs to no entry");
      await checkEnd(puller);
      return undefined;
    }
    const block = parseTarBlock(bytes);
    if (typeof block === "string") throw refuseTar(`has ${block} in the header at ${puller.position - TAR_BLOCK}`);
    if (!"xgLK".includes(block.typeFlag)) return { block, extensions };
    extensions = await readExtension(puller, block, extensions);
  }
}

async function readExtension(puller: BytePuller, block: TarBlock, before: TarExtensions): Promise<TarExtensions> {
  if (block.size > MAX_EXTENSION) throw refuseTar(`has an extended header of ${block.size} bytes`);
  const bytes = await puller.take(block.size);
  const padding = await puller.skip(tarPadding(block.size));
  if (bytes.length < block.size || padding < tarPadding(block.size))
    throw refuseTar("is cut off in an extended header");
  const added = block.typeFlag === "g" ? checkGlobal(parsePax(bytes), before) : extension(block.typeFlag, bytes);
  for (const kind of Object.keys(added)) {
    if (Object.hasOwn(before, kind)) throw refuseTar("has two extended headers of one kind for an entry");
  }
  return { ...before, ...added };
}

function extension(typeFlag: string, bytes: Uint8Array): TarExtensions {
  if (typeFlag === "x") return { pax: parsePax(bytes) };
  return typeFlag === "L" ? { longName: untilNul(bytes) } : { longLink: untilNul(bytes) };
}

function parsePax(bytes: Uint8Array): PaxRecords {
  const records = parsePaxRecords(bytes);
  if (typeof records === "string") throw refuseTar(`has ${records}`);
  return records;
}

function checkGlobal(records: PaxRecords, before: TarExtensions): TarExtensions {
  if (Object.keys(before).length > 0) throw refuseTar("has a global header between an entry and its extended header");
  const keyword = [...records.keys()].find(
    (each) => AMBIGUOUS_GLOBALS.includes(each) || each.startsWith("GNU.sparse."),
  );
  if (keyword !== undefined) throw refuseTar(`sets "${keyword}" for all entries, which programs read differently`);
  return {};
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  if (end < 0) return bytes;
  if (!isZero(bytes.subarray(end))) throw refuseTar("has a NUL in a long name");
  return bytes.subarray(0, end);
}

/** After a first zero block: a second one and nothing but zeros, or the end of the stream. */
async function checkEnd(puller: BytePuller): Promise<void> {
  const second = await puller.take(TAR_BLOCK);
  if (!isZero(second)) throw refuseTar("has a lone zero block before further entries");
  for (;;) {
    const part = await puller.some(2 ** 16);
    if (part.length === 0) return;
    if (!isZero(part)) throw refuseTar("has data behind its end");
  }
}

function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}
