import type { SystemLibraries } from "./base.ts";
import { readSonameIndex } from "./soname-index.ts";
import type { TreeLibraries } from "./tree-libraries.ts";

/** What an image has for the dynamic loader, and what its distribution's packages would bring. */
export async function imageLibraries({ sonames, suite }: TreeLibraries): Promise<SystemLibraries> {
  const own = new Set(sonames);
  const index = suite === undefined ? undefined : await readSonameIndex(suite);
  return {
    has: (soname) => own.has(soname),
    packagesOf: (soname) => index?.get(soname) ?? [],
    // Nothing is added to an image.
    isLibrary: () => false,
  };
}
