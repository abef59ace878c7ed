import { isOciasmError, OciasmError } from "../errors.ts";
import type { ByteSource } from "./bytes.ts";
import { type CentralDirectory, type CentralEntry, readCentralDirectory } from "./zip-central.ts";
import type { ZipEntry } from "./zip-entry.ts";
import type { ZipLimits } from "./zip-limits.ts";
import { readLocalHeader, readLocalHeaders, toZipEntry, usualHeaderEnd } from "./zip-local.ts";
import { windowReader } from "./zip-window.ts";

/**
 * Lists a zip archive in the order of its directory, directories included. Strict: whatever two readers could
 * understand in two ways, or could write outside the target, is refused with WHEEL_INVALID, which names the entry.
 * Contents are not read; their CRC and true size are for their reader to check.
 */
export async function readZip(source: ByteSource, limits: ZipLimits = {}): Promise<readonly ZipEntry[]> {
  return await labelled(limits.label, async () => {
    return await readLocalHeaders(source, await readCentralDirectory(source, limits));
  });
}

/**
 * The directory alone, for an archive behind HTTP ranges: one or two reads. Use `readZipEntry` to get at the data of
 * single entries; only `readZip` compares all local headers.
 */
export async function readZipDirectory(source: ByteSource, limits: ZipLimits = {}): Promise<CentralDirectory> {
  return await labelled(limits.label, () => readCentralDirectory(source, limits));
}

/**
 * One entry of a directory with its bytes as they are stored: one read. Throws WHEEL_INVALID when its local header
 * contradicts. What the bytes unpack to is for the caller to check.
 */
export async function readZipEntry(
  source: ByteSource,
  directory: CentralDirectory,
  row: CentralEntry,
): Promise<{ readonly entry: ZipEntry; readonly stored: Uint8Array }> {
  const start = row.headerOffset;
  const end = Math.min(directory.offset, usualHeaderEnd(row) + row.compressedSize);
  const read = windowReader(source, [[start, end]]);
  const entry = toZipEntry(row, await readLocalHeader(read, row, directory.offset));
  return { entry, stored: await read(entry.dataOffset, entry.compressedSize) };
}

async function labelled<Value>(label: string | undefined, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (label === undefined || !isOciasmError(error)) throw error;
    throw new OciasmError(error.code, `${label}: ${error.message}`, { hint: error.hint, cause: error });
  }
}
