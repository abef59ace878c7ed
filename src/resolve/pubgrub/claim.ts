import {
  intersectRanges,
  isSubrange,
  rangeIsEmpty,
  rangesAreDisjoint,
  subtractRange,
  unionRanges,
  type VersionRange,
} from "../../python/version-range.ts";

/** What is said of one package. Positive: it is chosen, with a version of `range`. Negative: the contrary. */
export interface Claim {
  readonly range: VersionRange;
  readonly positive: boolean;
}

export function negated({ range, positive }: Claim): Claim {
  return { range, positive: !positive };
}

/** What both say. */
export function bothClaims(a: Claim, b: Claim): Claim {
  if (a.positive && b.positive) return { range: intersectRanges(a.range, b.range), positive: true };
  if (a.positive) return { range: subtractRange(a.range, b.range), positive: true };
  if (b.positive) return { range: subtractRange(b.range, a.range), positive: true };
  return { range: unionRanges(a.range, b.range), positive: false };
}

/** Whether `b` is true wherever `a` is. */
export function implies(a: Claim, b: Claim): boolean {
  if (a.positive) return b.positive ? isSubrange(a.range, b.range) : rangesAreDisjoint(a.range, b.range);
  return !b.positive && isSubrange(b.range, a.range);
}

/** Whether the two can't be true together. */
export function excludes(a: Claim, b: Claim): boolean {
  if (a.positive) return b.positive ? rangesAreDisjoint(a.range, b.range) : isSubrange(a.range, b.range);
  return b.positive && isSubrange(b.range, a.range);
}

/** No version fits. */
export function isImpossible({ range, positive }: Claim): boolean {
  return positive && rangeIsEmpty(range);
}

/** Says nothing: not one of no versions. */
export function isTrivial({ range, positive }: Claim): boolean {
  return !positive && rangeIsEmpty(range);
}
