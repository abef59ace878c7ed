import type { LayerEntry } from "./layer-entry.ts";

/**
 * A hard link needs its file before it, and entries have one order: the first name of a file gets its content, the
 * others become links to that one. Links to what the layer does not hold are left as they are.
 */
export function turnHardLinks(sorted: readonly LayerEntry[]): readonly LayerEntry[] {
  const byPath = new Map(sorted.map((entry) => [entry.entry.path, entry]));
  const firstName = new Map<string, string>();
  for (const { entry } of sorted) {
    const path = contentPath(entry.path, byPath);
    if (path !== undefined && !firstName.has(path)) firstName.set(path, entry.path);
  }
  return sorted.map((item) => {
    const path = contentPath(item.entry.path, byPath);
    const target = path === undefined ? undefined : byPath.get(path);
    const first = path === undefined ? undefined : firstName.get(path);
    if (target === undefined || first === undefined) return item;
    return first === item.entry.path ? asFile(item, target) : asLink(item, target, first);
  });
}

/** Where the content of a file or of a chain of links lies; undefined for what is neither, and for a loop. */
function contentPath(path: string, byPath: ReadonlyMap<string, LayerEntry>): string | undefined {
  let at: string | undefined = path;
  for (let steps = 0; at !== undefined && steps <= byPath.size; steps++) {
    const entry: LayerEntry["entry"] | undefined = byPath.get(at)?.entry;
    if (entry?.type === "file") return at;
    at = entry?.type === "hardlink" ? entry.linkName : undefined;
  }
  return undefined;
}

function asFile(item: LayerEntry, target: LayerEntry): LayerEntry {
  const { linkName: _, ...attributes } = target.entry;
  return { ...target, entry: { ...attributes, path: item.entry.path } };
}

function asLink(item: LayerEntry, target: LayerEntry, first: string): LayerEntry {
  const { mode, uid, gid, mtime } = target.entry;
  return {
    ...item,
    entry: { path: item.entry.path, type: "hardlink", mode, uid, gid, size: 0, mtime, linkName: first },
    content: { from: "none" },
  };
}
