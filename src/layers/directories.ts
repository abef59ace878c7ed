import type { DirectorySource, InstallScheme } from "./recipe.ts";

/**
 * The base's directories that a layer below the scheme's root passes through, sorted. Those with the attributes that
 * every layer gives anyway (0755, 0:0) are left out, so that a wheel's layer is the same on top of most bases.
 */
export function schemeDirectories(
  scheme: InstallScheme,
  directories: readonly DirectorySource[],
): readonly DirectorySource[] {
  return passedDirectories([scheme.site, scheme.scripts, scheme.headers, scheme.data], directories);
}

/** As schemeDirectories, for any set of paths: their parents and themselves. */
export function passedDirectories(
  paths: readonly string[],
  directories: readonly DirectorySource[],
): readonly DirectorySource[] {
  return directories
    .filter((directory) => !isPlain(directory))
    .filter(({ path }) => paths.some((used) => used === path || used.startsWith(`${path}/`)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isPlain(directory: DirectorySource): boolean {
  return directory.mode === 0o755 && (directory.uid ?? 0) === 0 && (directory.gid ?? 0) === 0;
}
