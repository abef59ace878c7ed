import { compareVersions, type Version, versionKey } from "../../python/version.ts";
import { boundBefore } from "../../python/version-bound.ts";
import { rangeBetween, type VersionRange } from "../../python/version-range.ts";

/**
 * Cuts all versions into one span for each that exists: from it up to the next, the first one's without a start. Spans
 * of neighbours join to one interval where single versions would leave gaps, which makes long searches cheap.
 */
export function versionSpans(versions: readonly Version[]): ReadonlyMap<string, VersionRange> {
  const sorted = [...versions].sort(compareVersions);
  return new Map(
    sorted.map((version, index) => {
      const next = sorted[index + 1];
      const lower = index === 0 ? undefined : boundBefore(version);
      return [versionKey(version), rangeBetween(lower, next === undefined ? undefined : boundBefore(next))];
    }),
  );
}
