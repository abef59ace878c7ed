/**
 * The path of a foreign tar as a TarEntry holds it: `./`, empty parts, leading and trailing slashes gone, the root
 * itself as "". Undefined for what must not be used: a `..` part or a NUL.
 */
export function normalizeTarPath(text: string): string | undefined {
  if (text.includes("\0")) return undefined;
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : parts.join("/");
}

/** Every directory that these paths lie in, each once, in tar order; the root is left out. */
export function parentDirectories(paths: Iterable<string>): readonly string[] {
  const parents = new Set<string>();
  for (const path of paths) {
    let slash = path.lastIndexOf("/");
    while (slash > 0 && !parents.has(path.slice(0, slash))) {
      parents.add(path.slice(0, slash));
      slash = path.lastIndexOf("/", slash - 1);
    }
  }
  return [...parents].sort(compareTarPaths);
}

/** Order by code unit, the one order of all layers: a directory comes before what it holds. */
export function compareTarPaths(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
