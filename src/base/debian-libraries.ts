import type { SystemLibraries } from "./base.ts";
import type { DebianSuite } from "./debian-suite.ts";
import { readSonameIndex } from "./soname-index.ts";

/**
 * What the suite's packages have in the folders that the dynamic loader searches, from the index that is shipped
 * (layout/debian/sonames). `packages` are those of the image.
 */
export async function readLibraries(
  { suite, folder }: Pick<DebianSuite, "suite" | "folder">,
  packages: ReadonlySet<string>,
): Promise<SystemLibraries | undefined> {
  const providers = await readSonameIndex(suite, folder);
  if (providers === undefined) return undefined;
  const all = new Set([...providers.values()].flat());
  return {
    has: (soname) => providers.get(soname)?.some((name) => packages.has(name)) === true,
    packagesOf: (soname) => providers.get(soname) ?? [],
    isLibrary: (name) => all.has(name),
  };
}
