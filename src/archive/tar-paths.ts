/** A part that is empty, `.` or `..`: few paths have one, and each path of a layer is looked at. */
const ODD_PART = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * The path of a foreign tar as a TarEntry holds it: `./`, empty parts, leading and trailing slashes gone, the root
 * itself as "". Undefined for what must not be used: a `..` part or a NUL.
 */
export function normalizeTarPath(text: string): string | undefined {
  if (text.includes("\0")) return undefined;
  if (!ODD_PART.test(text)) return text;
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

/**
 * The one order of all layers: by code unit, with the slash below every other character. A folder comes before what it
 * holds, and nothing comes in between: GNU tar sets a folder's time when it leaves it, and `a.b` may not part `a` from `a/c`.
 */
export function compareTarPaths(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const SLASH = 0x2f;

function rank(unit: number): number {
  return unit === SLASH ? -1 : unit;
}
