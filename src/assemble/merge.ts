import type { TarEntry } from "../archive/tar-entry.ts";
import { compareTarPaths, parentDirectories } from "../archive/tar-paths.ts";
import type { DirectorySource } from "../layers/recipe.ts";
import { mergeTwins, refuseConflict } from "./conflict.ts";
import { turnHardLinks } from "./hard-links.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { type PackedFile, pathOfFile, unpackFile } from "./packed-files.ts";

export interface MergeOptions {
  readonly mtime: number;
  /** Attributes of directories that the base has: they win over those of a package. */
  readonly directories: readonly DirectorySource[];
}

type ByPath = Map<string, LayerEntry | PackedFile>;

/**
 * All entries of a layer in their one order, each path once, every parent before what it holds; the root is left out.
 * Equal files of two packages are kept once. Throws FILE_CONFLICT for paths that can't be in one tree.
 */
export function mergeEntries(sources: Iterable<LayerEntry | PackedFile>, options: MergeOptions): Iterable<LayerEntry> {
  const byPath: ByPath = new Map();
  for (const source of sources) {
    const path = pathOfFile(source);
    const known = byPath.get(path);
    byPath.set(path, known === undefined ? source : mergeTwins(unpackFile(known), unpackFile(source)));
  }
  byPath.delete("");
  addParents(byPath, options);
  const sorted = [...byPath.values()].sort((left, right) => compareTarPaths(pathOfFile(left), pathOfFile(right)));
  return hasHardLinks(sorted) ? turnHardLinks(sorted.map(unpackFile)) : unpacked(sorted);
}

/** One after the other, as they are written. */
function* unpacked(files: readonly (LayerEntry | PackedFile)[]): Generator<LayerEntry, void, undefined> {
  for (const file of files) yield unpackFile(file);
}

function hasHardLinks(files: readonly (LayerEntry | PackedFile)[]): boolean {
  return files.some((file) => "entry" in file && file.entry.type === "hardlink");
}

function addParents(byPath: ByPath, { mtime, directories }: MergeOptions): void {
  const attributes = new Map(directories.map((directory) => [directory.path, directory]));
  for (const path of parentDirectories(byPath.keys())) {
    const known = entryAt(byPath, path);
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
    const known = entryAt(byPath, directory.path);
    if (known?.entry.type === "directory") {
      byPath.set(directory.path, { ...known, entry: directoryEntry(directory, mtime) });
    }
  }
}

function entryAt(byPath: ByPath, path: string): LayerEntry | undefined {
  const file = byPath.get(path);
  return file === undefined ? undefined : unpackFile(file);
}

export function directoryEntry(directory: Omit<DirectorySource, "type">, mtime: number): TarEntry {
  const { path, mode, uid = 0, gid = 0 } = directory;
  return { path, type: "directory", mode, uid, gid, size: 0, mtime };
}

/** The first entry below a path that is not a directory. */
function findBelow(byPath: ByPath, path: string): LayerEntry {
  const below = [...byPath.keys()].filter((one) => one.startsWith(`${path}/`)).sort(compareTarPaths);
  const first = entryAt(byPath, below[0] ?? "");
  if (first === undefined) throw new TypeError(`nothing lies below ${path}`);
  return first;
}
