import { readLibraryNeeds } from "../debian/elf.ts";
import type { DebSource } from "../layers/recipe.ts";
import { openSpool } from "./deb-spool.ts";
import { unpackDeb } from "./deb-unpack.ts";

const PROGRAM_OR_LIBRARY = /\.so(?:\.[\w.]+)?$|(?:^|\/)s?bin\/[^/]+$/;

/** The sonames that a package's libraries and programs need, sorted. `temporary` is a path that is free. */
export async function debNeeds(source: DebSource, path: string, temporary: string): Promise<readonly string[]> {
  const spool = await openSpool(temporary);
  try {
    const { files } = await unpackDeb(source, path, spool, (file) => PROGRAM_OR_LIBRARY.test(file));
    const needed = new Set<string>();
    for (const { entry, offset } of files) {
      if (offset < 0) continue;
      const needs = await readLibraryNeeds((from, length) => {
        const start = Math.min(from, entry.size);
        return spool.read(offset + start, Math.min(length, entry.size - start));
      });
      for (const soname of needs?.needed ?? []) needed.add(soname);
    }
    return [...needed].sort();
  } finally {
    await spool.close();
  }
}
