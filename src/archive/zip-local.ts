import type { ByteSource } from "./bytes.ts";
import { viewOf } from "./little-endian.ts";
import type { CentralDirectory, CentralEntry } from "./zip-central.ts";
import { DESCRIPTOR_FLAG } from "./zip-checks.ts";
import { checkDescriptor } from "./zip-descriptor.ts";
import type { ZipEntry } from "./zip-entry.ts";
import { equalBytes, hasOtherName, parseExtra, resolveZip64 } from "./zip-extra.ts";
import { refuseEntry, refuseZip } from "./zip-refusal.ts";
import { windowReader } from "./zip-window.ts";

const SIGNATURE = 0x04034b50;
const LOCAL_HEADER_SIZE = 30;
/** Local extra fields are short; a longer one costs a second look. */
const USUAL_EXTRA_SIZE = 64;

type Read = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * Compares every local header with its central one and gives each entry the place of its data. The entries must fill
 * the archive from its first byte to the directory, with nothing between and nothing shared; throws WHEEL_INVALID.
 */
export async function readLocalHeaders(source: ByteSource, directory: CentralDirectory): Promise<readonly ZipEntry[]> {
  const sorted = [...directory.entries].sort((left, right) => left.headerOffset - right.headerOffset);
  const read = windowReader(source, headerRanges(sorted, directory.offset));
  const offsets = new Map<CentralEntry, number>();
  let at = 0;
  for (const [index, entry] of sorted.entries()) {
    checkStart(entry, at);
    const dataOffset = await readLocalHeader(read, entry, directory.offset);
    const next = sorted[index + 1]?.headerOffset ?? directory.offset;
    at = await entryEnd(read, entry, dataOffset, next);
    offsets.set(entry, dataOffset);
  }
  if (at !== directory.offset)
    throw refuseZip(`has ${directory.offset - at} bytes before its directory that no entry owns`);
  return directory.entries.map((entry) => toZipEntry(entry, offsets.get(entry) ?? 0));
}

function* headerRanges(sorted: readonly CentralEntry[], end: number): Generator<readonly [start: number, end: number]> {
  for (const entry of sorted) yield [entry.headerOffset, Math.min(usualHeaderEnd(entry), end)];
}

/** Where the local header of an entry ends at the latest, if it is like nearly all others. */
export function usualHeaderEnd({ headerOffset, rawName }: CentralEntry): number {
  return headerOffset + LOCAL_HEADER_SIZE + rawName.length + USUAL_EXTRA_SIZE;
}

function checkStart(entry: CentralEntry, at: number): void {
  if (entry.headerOffset < at) throw refuseEntry(entry.name, "overlaps another entry");
  if (entry.headerOffset > at) {
    throw refuseEntry(entry.name, `has ${entry.headerOffset - at} bytes before it that no entry owns`);
  }
}

/** Offset of the entry's data. `limit` is where the archive's data end. */
export async function readLocalHeader(read: Read, entry: CentralEntry, limit: number): Promise<number> {
  const start = entry.headerOffset;
  const fixed = LOCAL_HEADER_SIZE + entry.rawName.length;
  if (start + fixed > limit) throw refuseEntry(entry.name, "has its data outside the archive");
  let header = await read(start, Math.min(fixed + USUAL_EXTRA_SIZE, limit - start));
  const view = viewOf(header);
  if (view.getUint32(0, true) !== SIGNATURE)
    throw refuseEntry(entry.name, "has no local header where the directory says");
  const size = LOCAL_HEADER_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + size + entry.compressedSize > limit) throw refuseEntry(entry.name, "overlaps the directory");
  if (size > header.length) header = await read(start, size);
  compareHeaders(entry, header.subarray(0, size));
  return start + size;
}

function compareHeaders(entry: CentralEntry, header: Uint8Array): void {
  const view = viewOf(header);
  const nameEnd = LOCAL_HEADER_SIZE + view.getUint16(26, true);
  const differ = (what: string) =>
    refuseEntry(entry.name, `has another ${what} in its local header than in the directory`);
  if (!equalBytes(header.subarray(LOCAL_HEADER_SIZE, nameEnd), entry.rawName)) throw differ("name");
  if (view.getUint16(6, true) !== entry.flags) throw differ("set of flags");
  const method = view.getUint16(8, true);
  if (method !== entry.method && !(method === 8 && entry.compressedSize === 0)) throw differ("method");
  const extra = parseExtra(header.subarray(nameEnd));
  if (extra === undefined) throw refuseEntry(entry.name, "has a broken extra field in its local header");
  if (hasOtherName(extra, entry.rawName)) throw refuseEntry(entry.name, "has a second, different name");
  const [size, compressedSize] = resolveZip64(extra, [view.getUint32(22, true), view.getUint32(18, true)]) ?? [];
  const isLater = (value: number | undefined) => (entry.flags & DESCRIPTOR_FLAG) !== 0 && value === 0;
  if (size !== entry.size && !isLater(size)) throw differ("size");
  if (compressedSize !== entry.compressedSize && !isLater(compressedSize)) throw differ("compressed size");
  const crc32 = view.getUint32(14, true);
  if (crc32 !== entry.crc32 && !isLater(crc32)) throw differ("CRC");
}

/** Where the entry with its data descriptor ends. */
async function entryEnd(read: Read, entry: CentralEntry, dataOffset: number, next: number): Promise<number> {
  const dataEnd = dataOffset + entry.compressedSize;
  if ((entry.flags & DESCRIPTOR_FLAG) === 0 || next < dataEnd) return dataEnd;
  checkDescriptor(entry, next - dataEnd > 24 ? undefined : await read(dataEnd, next - dataEnd));
  return next;
}

export function toZipEntry(entry: CentralEntry, dataOffset: number): ZipEntry {
  const { name, method, compressedSize, size, crc32, mode, isDirectory } = entry;
  return { name, method, compressedSize, size, crc32, dataOffset, mode, isDirectory };
}
