import { comparePublic } from "../../python/version.ts";
import type { VersionRange } from "../../python/version-range.ts";
import type { Wanted } from "./package.ts";

/** After so many conflicts a package is decided before those that were merely met earlier, as uv has it. */
const MANY_CONFLICTS = 5;

const STEP = 1_000_000;

/**
 * Wheels by URL first, then what can have one version only, then what conflicts a lot, then in the order met. Extras
 * come after their projects, whose version they follow.
 */
export function priorityOf(about: Wanted, range: VersionRange, conflicts: number, isPinned: boolean): number {
  if (about.extra !== undefined) return isSingle(range) ? 3 * STEP - 1 : 0;
  if (isPinned) return 4 * STEP;
  if (isSingle(range)) return 3 * STEP;
  return conflicts < MANY_CONFLICTS ? STEP : 2 * STEP + Math.min(conflicts, STEP / 2);
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
