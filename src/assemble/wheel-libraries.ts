import { readZip } from "../archive/zip.ts";
import type { ZipEntry } from "../archive/zip-entry.ts";
import { type LibraryNeeds, type ReadAt, readLibraryNeeds } from "../debian/elf.ts";
import { blame } from "./blame.ts";
import { plainChunks } from "./inflate.ts";
import { createSourceFiles, type SourceFile } from "./source-files.ts";
import { rawEntry } from "./wheel-members.ts";

/** A shared library of a wheel. */
export interface WheelLibrary extends LibraryNeeds {
  /** In the wheel. */
  readonly path: string;
}

/** Larger ones are the hearts of families that bring what they need; inflating them would take as long as the rest. */
const MAX_LIBRARY = 64 * 2 ** 20;
/** Names of shared libraries. */
export const LIBRARY: RegExp = /\.so(?:\.[\w.]+)?$/;

/**
 * Every shared library of the wheel at `path`, sorted by path; of the largest ones the name alone. Those in `seen` are
 * not read again. Throws WHEEL_INVALID.
 */
export async function wheelLibraries(
  path: string,
  filename: string,
  seen: ReadonlyMap<string, LibraryNeeds | null>,
): Promise<readonly WheelLibrary[]> {
  const files = createSourceFiles();
  try {
    const file = files.file(path);
    const found: WheelLibrary[] = [];
    for (const entry of await readZip(file, { label: filename })) {
      if (entry.isDirectory || !LIBRARY.test(entry.name)) continue;
      if (entry.size > MAX_LIBRARY) {
        found.push({ path: entry.name, soname: undefined, machine: 0, needed: [] });
        continue;
      }
      const known = seen.get(entry.name);
      const needs = known === undefined ? await readLibraryNeeds(await contentOf(file, entry, filename)) : known;
      if (needs !== undefined && needs !== null) found.push({ path: entry.name, ...needs });
    }
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  } finally {
    files.close();
  }
}

async function contentOf(file: SourceFile, entry: ZipEntry, filename: string): Promise<ReadAt> {
  const refuse = (problem: string, cause?: unknown) => blame(rawEntry(file, entry, filename), problem, cause);
  const bytes = new Uint8Array(entry.size);
  let size = 0;
  for await (const chunk of plainChunks(file, entry, { refuse })) {
    if (size + chunk.length > bytes.length) throw refuse(`unpacks to more than ${bytes.length} bytes`);
    bytes.set(chunk, size);
    size += chunk.length;
    // Whatever is no ELF file is told by its first four bytes.
    if (size >= 4 && !(bytes[0] === 0x7f && bytes[1] === 0x45)) break;
  }
  return bytesAt(bytes.subarray(0, size));
}

export function bytesAt(bytes: Uint8Array): ReadAt {
  return async (offset, length) => bytes.subarray(offset, offset + length);
}
