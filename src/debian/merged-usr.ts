/** Directories that are links on every Debian since bookworm, and /var's that base-files' script makes links. */
const MOVED: readonly (readonly [string, string])[] = [
  ["bin", "usr/bin"],
  ["sbin", "usr/sbin"],
  ["lib", "usr/lib"],
  ["lib32", "usr/lib32"],
  ["lib64", "usr/lib64"],
  ["libx32", "usr/libx32"],
  ["libo32", "usr/libo32"],
  ["var/run", "run"],
  ["var/lock", "run/lock"],
];

/**
 * Where a package's path lies once /usr is merged: a real `lib/` in an upper layer would hide the base's link and
 * every library below it. Without leading slash, as in tar.
 */
export function mergedPath(path: string): string {
  for (const [from, to] of MOVED) {
    if (path === from) return to;
    if (path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  return path;
}

/** Whether the path is itself one of the links: a package may ship it as such. */
export function isMergedLink(path: string): boolean {
  return MOVED.some(([from]) => from === path);
}
