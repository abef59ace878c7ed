import { namesPrerelease, type SpecifierSet, specifierContains } from "./specifier.ts";
import { isPrerelease, parseVersion, type Version } from "./version.ts";

/**
 * The versions that meet the set, in the given order. Pre-releases: all (true), none (false), or, by default, only
 * where the set names one or no final release meets it (PEP 440, "Handling of pre-releases").
 */
export function filterVersions<T extends Version | string>(
  set: SpecifierSet,
  versions: readonly T[],
  options: { readonly prereleases?: boolean | undefined } = {},
): readonly T[] {
  const prereleases = options.prereleases ?? (namesPrerelease(set) ? true : undefined);
  const found = versions.filter((version) => specifierContains(set, version, { prereleases }));
  if (prereleases !== undefined) return found;
  if (!found.some((version) => isFinal(version))) return found;
  return found.filter((version) => isFinal(version) ?? true);
}

/** undefined for a text that is no version. */
function isFinal(version: Version | string): boolean | undefined {
  const known = typeof version === "string" ? parseVersion(version) : version;
  return known === undefined ? undefined : !isPrerelease(known);
}
