import type { InstallScheme } from "../layers/recipe.ts";
import { normalizeName } from "../python/name.ts";

/** Files that an image does without: an entry of `leave-out:`, or what `conflicts:` gives to another package. */
export interface LeftOut {
  readonly packages: readonly string[];
  /** Patterns relative to site-packages, or absolute in the image. */
  readonly paths: readonly string[];
}

/** Image paths (glob) that each package leaves out, by normalised name: for WheelSource.exclude. */
export function excludesOf(rules: readonly LeftOut[], scheme: InstallScheme): ReadonlyMap<string, readonly string[]> {
  const excludes = new Map<string, readonly string[]>();
  for (const rule of rules) {
    const paths = rule.paths.map((path) => (path.startsWith("/") ? path.slice(1) : `${scheme.site}/${path}`));
    for (const name of rule.packages.map(normalizeName)) {
      excludes.set(name, [...new Set([...(excludes.get(name) ?? []), ...paths])].sort());
    }
  }
  return excludes;
}
