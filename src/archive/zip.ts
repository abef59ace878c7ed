import { isOciasmError, OciasmError } from "../errors.ts";
import type { ByteSource } from "./bytes.ts";
import { type CentralDirectory, type CentralEntry, readCentralDirectory } from "./zip-central.ts";
import type { ZipEntry } from "./zip-entry.ts";
import type { ZipLimits } from "./zip-limits.ts";
import { readLocalHeader, readLocalHeaders, toZipEntry } from "./zip-local.ts";

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
 * The directory alone, for an archive behind HTTP ranges: one or two reads. Use `openZipEntry` to get at the data of
 * single entries; only `readZip` compares all local headers.
 */
export async function readZipDirectory(source: ByteSource, limits: ZipLimits = {}): Promise<CentralDirectory> {
  return await labelled(limits.label, () => readCentralDirectory(source, limits));
}

/** Finds the data of one entry of a directory: one read. Throws WHEEL_INVALID when its local header contradicts. */
export async function openZipEntry(
  source: ByteSource,
  directory: CentralDirectory,
  entry: CentralEntry,
): Promise<ZipEntry> {
  const read = (offset: number, length: number) => source.read(offset, length);
  return toZipEntry(entry, await readLocalHeader(read, entry, directory.offset));
}

async function labelled<Value>(label: string | undefined, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (label === undefined || !isOciasmError(error)) throw error;
    throw new OciasmError(error.code, `${label}: ${error.message}`, { hint: error.hint, cause: error });
  }
}
