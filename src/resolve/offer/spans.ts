import type { Version } from "../../python/version.ts";
import { boundBefore } from "../../python/version-bound.ts";
import { versionOrderKey } from "../../python/version-order.ts";
import { exactRange, rangeBetween, type VersionRange } from "../../python/version-range.ts";

/**
 * Cuts all versions into one span for each that exists: from it up to the next, the first one's without a start. Spans
 * of neighbours join to one interval where single versions would leave gaps, which makes long searches cheap. Of a
 * version that does not exist it gives that alone.
 */
export function versionSpans(
  versions: ReadonlyMap<string, { readonly version: Version }>,
): (of: Version) => VersionRange {
  let sorted: readonly string[] | undefined;
  const places = new Map<string, number>();
  const inOrder = (): readonly string[] => {
    sorted ??= [...versions.keys()].sort();
    if (places.size === 0) for (const [place, key] of sorted.entries()) places.set(key, place);
    return sorted;
  };
  return (version) => {
    const keys = inOrder();
    const place = places.get(versionOrderKey(version));
    if (place === undefined) return exactRange(version);
    const next = versions.get(keys[place + 1] ?? "")?.version;
    const lower = place === 0 ? undefined : boundBefore(version);
    return rangeBetween(lower, next === undefined ? undefined : boundBefore(next));
  };
}
