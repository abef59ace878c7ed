import { comparePublic } from "../../python/version.ts";
import type { VersionRange } from "../../python/version-range.ts";

/**
 * Wheels by URL first, then what can have one version only, then all others, of which the solver ranks those that
 * conflict often. Extras as their projects, so that what they bring in is met at the same time.
 */
export function priorityOf(range: VersionRange, isPinned: boolean): number {
  if (isPinned) return 2;
  return isSingle(range) ? 1 : 0;
}

/** `==1.0` with or without its local versions. */
function isSingle({ intervals }: VersionRange): boolean {
  const [first, second] = intervals;
  if (first?.lower === undefined || first.upper === undefined || second !== undefined) return false;
  const { lower, upper } = first;
  if (lower.side !== "before") return false;
  if (upper.side === "after") return comparePublic(lower.version, upper.version) === 0;
  // What follows the local versions of 1.0 is 1.0.post0.dev0.
  return (
    upper.side === "before" &&
    comparePublic({ ...lower.version, post: nextPost(lower.version.post), dev: "0" }, upper.version) === 0
  );
}

function nextPost(post: string | undefined): string {
  return post === undefined ? "0" : String(BigInt(post) + 1n);
}
