import { type ByteSource, utf8 } from "./bytes.ts";
import { viewOf } from "./little-endian.ts";
import { checkFlags, checkKind, checkMethod, checkSizes } from "./zip-checks.ts";
import { type DirectoryLocation, locateDirectory } from "./zip-end.ts";
import { equalBytes, hasOtherName, parseExtra, resolveZip64, SENTINEL_16 } from "./zip-extra.ts";
import { DEFAULT_MAX_ENTRIES, DEFAULT_MAX_TOTAL_SIZE, MAX_DIRECTORY_SIZE, type ZipLimits } from "./zip-limits.ts";
import { checkCollisions, decodeName } from "./zip-names.ts";
import { refuseEntry, refuseZip } from "./zip-refusal.ts";

const SIGNATURE = 0x02014b50;
const HEADER_SIZE = 46;

/** One row of the central directory. Its local header has not been looked at. */
export interface CentralEntry {
  readonly name: string;
  readonly rawName: Uint8Array;
  readonly flags: number;
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Unix permission bits, or 0. */
  readonly mode: number;
  readonly isDirectory: boolean;
  readonly headerOffset: number;
}

export interface CentralDirectory {
  readonly entries: readonly CentralEntry[];
  /** Where the directory starts, which is where the entries' data must end. */
  readonly offset: number;
}

/**
 * Reads the central directory alone: one or two reads, so that a remote archive can be listed. Names, methods, flags
 * and promised sizes are checked; throws WHEEL_INVALID. Format: APPNOTE 6.3.10, 4.3.12.
 */
export async function readCentralDirectory(source: ByteSource, limits: ZipLimits = {}): Promise<CentralDirectory> {
  const location = await locateDirectory(source, limits.tailSize);
  checkLimits(location, limits);
  const isWanted = endsIn(utf8(limits.nameEnding ?? ""));
  const entries = parseDirectory(await directoryBytes(source, location), location.entries, isWanted);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  const allowed = limits.maxTotalSize ?? DEFAULT_MAX_TOTAL_SIZE;
  if (total > allowed) throw refuseZip(`unpacks to ${total} bytes, the limit is ${allowed}`);
  checkCollisions(entries.map(({ name }) => name));
  return { entries, offset: location.offset };
}

function checkLimits({ entries, size }: DirectoryLocation, limits: ZipLimits): void {
  const { maxEntries = DEFAULT_MAX_ENTRIES, maxDirectorySize = MAX_DIRECTORY_SIZE } = limits;
  if (entries > maxEntries) throw refuseZip(`has ${entries} entries, the limit is ${maxEntries}`);
  if (size > maxDirectorySize)
    throw refuseZip(`has a central directory of ${size} bytes, the limit is ${maxDirectorySize}`);
  if (entries * HEADER_SIZE > size) throw refuseZip("counts more entries than its central directory can hold");
}

async function directoryBytes(source: ByteSource, { offset, size, tail }: DirectoryLocation): Promise<Uint8Array> {
  const start = offset - tail.offset;
  return start >= 0 ? tail.bytes.subarray(start, start + size) : await source.read(offset, size);
}

type IsWanted = (rawName: Uint8Array) => boolean;

function endsIn(ending: Uint8Array): IsWanted {
  return (name) => name.length >= ending.length && equalBytes(name.subarray(name.length - ending.length), ending);
}

function parseDirectory(bytes: Uint8Array, count: number, isWanted: IsWanted): readonly CentralEntry[] {
  const view = viewOf(bytes);
  const entries: CentralEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const end = headerEnd(view, at);
    const name = bytes.subarray(at + HEADER_SIZE, at + HEADER_SIZE + view.getUint16(at + 28, true));
    if (isWanted(name)) entries.push(parseEntry(bytes.subarray(at, end)));
    at = end;
  }
  if (at !== bytes.length) throw refuseZip("has more in its central directory than it counts");
  return entries;
}

function headerEnd(view: DataView, at: number): number {
  if (at + HEADER_SIZE > view.byteLength) throw refuseZip("has a central directory that is cut off");
  if (view.getUint32(at, true) !== SIGNATURE)
    throw refuseZip("has something else than an entry in its central directory");
  const variable = view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  const end = at + HEADER_SIZE + variable;
  if (end > view.byteLength) throw refuseZip("has a central directory that is cut off");
  return end;
}

function parseEntry(header: Uint8Array): CentralEntry {
  const view = viewOf(header);
  const nameEnd = HEADER_SIZE + view.getUint16(28, true);
  const rawName = header.subarray(HEADER_SIZE, nameEnd);
  const name = decodeName(rawName);
  const flags = view.getUint16(8, true);
  checkFlags(name, flags);
  const [size, compressedSize, headerOffset] = resolveSizes(name, header);
  const storedMethod = checkMethod(name, view.getUint16(10, true));
  const attributes = view.getUint32(38, true) >>> 16;
  const isDirectory = name.endsWith("/");
  checkKind(name, attributes, isDirectory);
  const crc32 = view.getUint32(16, true);
  // Some tools mark empty entries as deflated; without a single byte there is no deflate stream.
  const method = compressedSize === 0 && size === 0 ? 0 : storedMethod;
  checkSizes({ name, method, size, compressedSize, crc32, isDirectory });
  return {
    name,
    rawName,
    flags,
    method,
    crc32,
    compressedSize,
    size,
    mode: attributes & 0o777,
    isDirectory,
    headerOffset,
  };
}

function resolveSizes(
  name: string,
  header: Uint8Array,
): readonly [size: number, compressedSize: number, offset: number] {
  const view = viewOf(header);
  const nameEnd = HEADER_SIZE + view.getUint16(28, true);
  const extra = parseExtra(header.subarray(nameEnd, nameEnd + view.getUint16(30, true)));
  if (extra === undefined) throw refuseEntry(name, "has a broken extra field");
  if (hasOtherName(extra, header.subarray(HEADER_SIZE, nameEnd)))
    throw refuseEntry(name, "has a second, different name");
  const disk = view.getUint16(34, true);
  if (disk !== 0 && disk !== SENTINEL_16) throw refuseEntry(name, "lies in another part of a split archive");
  const stored = [view.getUint32(24, true), view.getUint32(20, true), view.getUint32(42, true)];
  const [size, compressedSize, offset] = resolveZip64(extra, stored) ?? [];
  if (size === undefined || compressedSize === undefined || offset === undefined) {
    throw refuseEntry(name, "has a zip64 field that does not hold what its header left to it");
  }
  return [size, compressedSize, offset];
}
