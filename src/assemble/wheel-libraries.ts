import { readZip } from "../archive/zip.ts";
import type { ZipEntry } from "../archive/zip-entry.ts";
import { LIBRARY, type LibraryNeeds } from "../debian/elf.ts";
import { blame } from "./blame.ts";
import { plainChunks } from "./inflate.ts";
import { createLibraryBytes, type LibraryBytes } from "./library-bytes.ts";
import { createSourceFiles, type SourceFile } from "./source-files.ts";
import { rawEntry } from "./wheel-members.ts";

/** A shared library of a wheel. */
export interface WheelLibrary extends LibraryNeeds {
  /** In the wheel. */
  readonly path: string;
}

/** Larger ones are the hearts of families that bring what they need; inflating them would take as long as the rest. */
export const MAX_LIBRARY: number = 64 * 2 ** 20;
/** What is told of one of those. */
export const NOT_READ: LibraryNeeds = { soname: undefined, machine: 0, needed: [] };

/**
 * Every shared library of the wheel at `path`, sorted by path; of the largest ones the name alone. Those in `seen` are
 * not read again. Throws WHEEL_INVALID.
 */
export async function wheelLibraries(
  path: string,
  filename: string,
  seen: ReadonlyMap<string, LibraryNeeds | null | undefined>,
): Promise<readonly WheelLibrary[]> {
  const files = createSourceFiles();
  try {
    const file = files.file(path);
    const found: WheelLibrary[] = [];
    for (const entry of await readZip(file, { label: filename })) {
      if (entry.isDirectory || !LIBRARY.test(entry.name)) continue;
      if (entry.size > MAX_LIBRARY) {
        found.push({ path: entry.name, ...NOT_READ });
        continue;
      }
      const known = seen.get(entry.name);
      const needs = known === undefined ? await needsOf(file, entry, filename) : known;
      if (needs !== null) found.push({ path: entry.name, ...needs });
    }
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  } finally {
    files.close();
  }
}

async function needsOf(file: SourceFile, entry: ZipEntry, filename: string): Promise<LibraryNeeds | null> {
  const library = createLibraryBytes(entry.size);
  await readInto(library, file, entry, filename);
  const needs = await library.needs();
  if (needs !== undefined) return needs;
  const whole = createLibraryBytes(entry.size, entry.size);
  await readInto(whole, file, entry, filename);
  return (await whole.needs()) ?? null;
}

async function readInto(library: LibraryBytes, file: SourceFile, entry: ZipEntry, filename: string): Promise<void> {
  const refuse = (problem: string) => blame(rawEntry(file, entry, filename), problem);
  let isFirst = true;
  for (const chunk of plainChunks(file, entry, { refuse })) {
    // Whatever is no ELF file is told by its first bytes.
    if (isFirst && !(chunk[0] === 0x7f && chunk[1] === 0x45)) return;
    isFirst = false;
    await library.take(chunk);
  }
}
