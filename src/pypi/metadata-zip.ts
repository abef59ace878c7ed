import { inflateRawSync } from "node:zlib";
import type { ByteSource } from "../archive/bytes.ts";
import { crc32 } from "../archive/crc32.ts";
import { readZipDirectory, readZipEntry } from "../archive/zip.ts";
import type { CentralEntry } from "../archive/zip-central.ts";
import { isOciasmError } from "../errors.ts";
import type { Metadata } from "../python/metadata.ts";
import { MAX_METADATA, metadataInvalid, readMetadataText } from "./metadata-text.ts";

/** Larger than any known wheel's; a directory's rows take several times their size in memory. */
const MAX_ENTRIES = 200_000;
const MAX_DIRECTORY = 24 * 1024 * 1024;

/**
 * METADATA of a wheel: its directory and that one entry are read, by as few reads as can be; of the directory's other
 * rows nothing but their number is checked here. `tailSize` is how much of the end is at hand. Throws WHEEL_INVALID,
 * which names the file.
 */
export async function zipMetadata(source: ByteSource, filename: string, tailSize?: number): Promise<Metadata> {
  const limits = {
    maxEntries: MAX_ENTRIES,
    maxDirectorySize: MAX_DIRECTORY,
    nameEnding: "/METADATA",
    label: filename,
    ...(tailSize === undefined ? {} : { tailSize }),
  };
  const directory = await readZipDirectory(source, limits);
  const row = metadataRow(directory.entries, filename);
  if (row.size > MAX_METADATA || row.compressedSize > MAX_METADATA) {
    throw metadataInvalid(filename, `its METADATA has ${row.size} bytes, the limit is ${MAX_METADATA}`);
  }
  const { entry, stored } = await readZipEntry(source, directory, row).catch((error: unknown) => {
    throw isOciasmError(error) && error.code === "WHEEL_INVALID"
      ? metadataInvalid(filename, error.message, error)
      : error;
  });
  const bytes = entry.method === 0 ? stored : inflate(stored, entry.size, filename);
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) {
    throw metadataInvalid(filename, "its METADATA is not what the archive's directory says");
  }
  return readMetadataText(bytes, filename);
}

function metadataRow(entries: readonly CentralEntry[], filename: string): CentralEntry {
  const found = entries.filter(({ name }) => /^[^/]+\.dist-info\/METADATA$/.test(name));
  const [row, second] = found;
  if (row === undefined) throw metadataInvalid(filename, "it has no .dist-info/METADATA");
  if (second !== undefined) throw metadataInvalid(filename, `it has both ${row.name} and ${second.name}`);
  return row;
}

function inflate(raw: Uint8Array, size: number, filename: string): Uint8Array {
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    throw metadataInvalid(filename, "its METADATA has a damaged deflate stream", error);
  }
}
