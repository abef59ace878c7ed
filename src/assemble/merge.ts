import type { TarEntry } from "../archive/tar-entry.ts";
import { compareTarPaths, parentDirectories } from "../archive/tar-paths.ts";
import type { DirectorySource } from "../layers/recipe.ts";
import { mergeTwins, refuseConflict } from "./conflict.ts";
import { turnHardLinks } from "./hard-links.ts";
import type { LayerEntry } from "./layer-entry.ts";

export interface MergeOptions {
  readonly mtime: number;
  /** Attributes of directories that the base has: they win over those of a package. */
  readonly directories: readonly DirectorySource[];
}

/**
 * All entries of a layer in their one order, each path once, every parent before what it holds; the root is left out.
 * Equal files of two packages are kept once. Throws FILE_CONFLICT for paths that can't be in one tree.
 */
export function mergeEntries(sources: Iterable<LayerEntry>, options: MergeOptions): readonly LayerEntry[] {
  const byPath = new Map<string, LayerEntry>();
  for (const entry of sources) {
    const known = byPath.get(entry.entry.path);
    byPath.set(entry.entry.path, known === undefined ? entry : mergeTwins(known, entry));
  }
  byPath.delete("");
  addParents(byPath, options);
  const sorted = [...byPath.values()].sort((left, right) => compareTarPaths(left.entry.path, right.entry.path));
  return turnHardLinks(sorted);
}

function addParents(byPath: Map<string, LayerEntry>, { mtime, directories }: MergeOptions): void {
  const attributes = new Map(directories.map((directory) => [directory.path, directory]));
  for (const path of parentDirectories(byPath.keys())) {
    const known = byPath.get(path);
    if (known === undefined) {
      byPath.set(path, {
        entry: directoryEntry(attributes.get(path) ?? { path, mode: 0o755 }, mtime),
        content: { from: "none" },
      });
    } else if (known.entry.type !== "directory") {
      throw refuseConflict(known, findBelow(byPath, path));
    }
  }
  for (const directory of directories) {
    const known = byPath.get(directory.path);
    if (known?.entry.type === "directory") {
      byPath.set(directory.path, { ...known, entry: directoryEntry(directory, mtime) });
    }
  }
}

export function directoryEntry(directory: Omit<DirectorySource, "type">, mtime: number): TarEntry {
  const { path, mode, uid = 0, gid = 0 } = directory;
  return { path, type: "directory", mode, uid, gid, size: 0, mtime };
}

/** The first entry below a path that is not a directory. */
function findBelow(byPath: ReadonlyMap<string, LayerEntry>, path: string): LayerEntry {
  const below = [...byPath.values()].filter(({ entry }) => entry.path.startsWith(`${path}/`));
  const [first] = below.sort((left, right) => compareTarPaths(left.entry.path, right.entry.path));
  if (first === undefined) throw new TypeError(`nothing lies below ${path}`);
  return first;
}
