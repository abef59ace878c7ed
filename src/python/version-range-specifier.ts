import type { Specifier, SpecifierSet } from "./specifier.ts";
import { isPrerelease, type Version } from "./version.ts";
import {
  boundAfter,
  boundAfterLocals,
  boundAfterPosts,
  boundAfterPrefix,
  boundBefore,
  boundBeforeRelease,
} from "./version-bound.ts";
import { ANY_VERSION, complementRange, intersectRanges, rangeBetween, type VersionRange } from "./version-range.ts";

export interface SpecifierRange {
  /** The versions that meet every clause but those with `===`; pre-releases are in it like all others. */
  readonly range: VersionRange;
  /** The operands of `===`, which compares text and so is no range: a candidate must equal each, case ignored. */
  readonly arbitrary: readonly string[];
}

/** The set as a range: holds what `specifierContains` accepts (PEP 440, as packaging 26.3 reads it). */
export function specifierRange(set: SpecifierSet): SpecifierRange {
  let range = ANY_VERSION;
  const arbitrary: string[] = [];
  for (const specifier of set.specifiers) {
    if (specifier.version === undefined) arbitrary.push(specifier.text);
    else range = intersectRanges(range, clauseRange(specifier, specifier.version));
  }
  return { range, arbitrary };
}

function clauseRange({ operator, prefix }: Specifier, version: Version): VersionRange {
  const { epoch, release } = version;
  switch (operator) {
    case "==":
      return prefix ? prefixRange(version) : equalRange(version);
    case "!=":
      return complementRange(prefix ? prefixRange(version) : equalRange(version));
    case ">=":
      return rangeBetween(boundBefore(version), undefined);
    case "<=":
      return rangeBetween(undefined, boundAfterLocals(version));
    case "<":
      return rangeBetween(undefined, boundBefore(isPrerelease(version) ? version : { ...version, dev: "0" }));
    case ">":
      return rangeBetween(
        version.dev === undefined && version.post === undefined ? boundAfterPosts(version) : boundAfterLocals(version),
        undefined,
      );
    case "~=":
      return rangeBetween(boundBefore(version), boundAfterPrefix(epoch, release.slice(0, -1)));
    case "===":
      return ANY_VERSION;
  }
}

/** Without a local part all local versions are meant. */
function equalRange(version: Version): VersionRange {
  return rangeBetween(
    boundBefore(version),
    version.local === undefined ? boundAfterLocals(version) : boundAfter(version),
  );
}

function prefixRange({ epoch, release }: Version): VersionRange {
  return rangeBetween(boundBeforeRelease(epoch, release), boundAfterPrefix(epoch, release));
}
