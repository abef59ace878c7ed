import type { Asked } from "../../input/request.ts";
import type { SpecifierSet } from "../../python/specifier.ts";
import { parseVersion } from "../../python/version.ts";
import { exactRange, intersectRanges, NO_VERSION, unionRanges, type VersionRange } from "../../python/version-range.ts";
import { specifierRange } from "../../python/version-range-specifier.ts";

/** The versions that a requirement allows. `===` allows the version that its text is, local part included. */
export function requirementRange(set: SpecifierSet): VersionRange {
  const { range, arbitrary } = specifierRange(set);
  return arbitrary.map(parseVersion).reduce((allowed, version) => {
    return version === undefined ? NO_VERSION : intersectRanges(allowed, exactRange(version));
  }, range);
}

/** The versions that a person's words allow. */
export function askedRange({ requirement, anyOf }: Asked): VersionRange {
  const range = requirementRange(requirement.specifiers);
  if (anyOf === undefined) return range;
  return intersectRanges(range, anyOf.map(requirementRange).reduce(unionRanges, NO_VERSION));
}
