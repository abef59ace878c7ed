import type { Base } from "../base/base.ts";
import { OciasmError } from "../errors.ts";
import type { LockedPackage } from "../resolve/lock.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";
import { debNeedsOf, isBinary, type NeedsDeps, wheelNeeds } from "./library-needs.ts";
import { readLibraryRules } from "./library-rules.ts";
import type { Limits } from "./limits.ts";

type LibraryBase = Pick<Base, "spec" | "libraries" | "debs" | "binaries">;
type LibraryDeps = Pick<BuildDeps, "store" | "report" | "signal"> & { readonly limits: Pick<Limits, "downloads"> };

/** The wheels of an image and what it starts from. */
interface Subject {
  readonly base: LibraryBase;
  readonly packages: readonly LockedPackage[];
  readonly index: Pick<PackageIndex, "fetch"> | undefined;
}

/**
 * Debian packages for what the wheels and a standalone Python need and the base lacks, sorted. Fetches wheels that hold
 * machine code.
 */
export async function autoPackages({ base, packages, index }: Subject, deps: LibraryDeps): Promise<readonly string[]> {
  const system = base.debs === undefined ? undefined : await base.libraries?.();
  if (system === undefined) {
    throw new OciasmError("CONFIG_INVALID", `--system auto adds Debian packages, and ${base.spec} takes none`, {
      hint: "use a base such as deb:bookworm",
    });
  }
  const fetched = packages
    .filter(isBinary)
    .map((item) => deps.limits.downloads(async () => index?.fetch(item.wheel, deps.signal)));
  await Promise.all(fetched);
  const libraries = [...(base.binaries ?? []), ...(await wheelNeeds(packages, deps))];
  const { missingLibraries } = await import("../install/system-libraries.ts");
  const names = packages.map(({ name }) => name);
  const missing = missingLibraries(libraries, names, system.has, await readLibraryRules(deps.store));
  const debs = missing.flatMap(({ soname }) => system.packagesOf(soname)[0] ?? []);
  return [...new Set(debs)].sort();
}

/**
 * Of the closure of `names`, the packages of libraries that no library on the way needs: Mesa and LLVM behind libGL.so.1,
 * for one, which it opens only to draw. `wide` has the whole closure, `base` what was there before.
 */
export async function needlessPackages(
  wide: Pick<Base, "debs" | "fetchSource">,
  base: LibraryBase,
  names: readonly string[],
  deps: NeedsDeps,
): Promise<readonly string[]> {
  const system = await base.libraries?.();
  if (system === undefined) return [];
  const own = new Set(base.debs?.packages.map(({ name }) => name));
  const added = (wide.debs?.packages ?? []).filter(({ name }) => !own.has(name));
  const closure = new Map(added.map((deb) => [deb.name, deb] as const));
  const needed = new Set(names);
  // Grows while it is walked.
  for (const name of needed) {
    const deb = closure.get(name);
    if (deb === undefined) continue;
    for (const soname of await debNeedsOf(deb, wide, deps)) {
      const brings = system.has(soname) ? undefined : system.packagesOf(soname).find((one) => closure.has(one));
      if (brings !== undefined) needed.add(brings);
    }
  }
  return [...closure.keys()].filter((name) => system.isLibrary(name) && !needed.has(name)).sort();
}
