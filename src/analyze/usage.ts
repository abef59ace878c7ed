import { type LayerContents, unpackedBytes } from "./contents.ts";
import type { MergedImage } from "./merge.ts";
import type { Owners } from "./owners.ts";
import { type Package, packageId } from "./packages.ts";

/** What a package, or a folder, takes. */
export interface Usage {
  readonly bytes: number;
  /** Its share of the layers' blobs; exact for a layer of its own. */
  readonly compressed: number;
  readonly files: number;
}

export interface PackageUsage extends Package, Usage {
  /** From the bottom, 0 first. */
  readonly layers: readonly number[];
}

export interface FolderUsage extends Usage {
  readonly path: string;
}

/** Compressed by unpacked bytes, layer by layer. */
export function packing(layers: readonly LayerContents[]): readonly number[] {
  return layers.map((contents) => {
    const unpacked = unpackedBytes(contents);
    return unpacked === 0 ? 0 : contents.layer.descriptor.size / unpacked;
  });
}

/** All packages, largest first; files that a layer above hides count where they lie. */
export function packageUsage({ all }: MergedImage, owners: Owners, ratios: readonly number[]): readonly PackageUsage[] {
  const found = new Map<
    string,
    { owner: Package; bytes: number; compressed: number; files: number; layers: Set<number> }
  >();
  for (const occurrence of all) {
    const owner = owners.of.get(occurrence);
    if (owner === undefined || occurrence.file.type === "directory") continue;
    const id = packageId(owner);
    const sum = found.get(id) ?? { owner, bytes: 0, compressed: 0, files: 0, layers: new Set() };
    found.set(id, sum);
    sum.bytes += occurrence.file.size;
    sum.compressed += occurrence.file.size * (ratios[occurrence.layer] ?? 0);
    sum.files++;
    sum.layers.add(occurrence.layer);
  }
  return [...found.values()]
    .map(({ owner, bytes, compressed, files, layers }) => ({
      ...owner,
      bytes,
      compressed: Math.round(compressed),
      files,
      layers: [...layers].sort((a, b) => a - b),
    }))
    .sort((a, b) => b.bytes - a.bytes || (packageId(a) < packageId(b) ? -1 : 1));
}

/** Every folder that a container sees, with all that is below it, largest first. The root is "". */
export function folderUsage({ all }: MergedImage, ratios: readonly number[]): readonly FolderUsage[] {
  const found = new Map<string, { bytes: number; compressed: number; files: number }>();
  for (const { layer, file, hidden } of all) {
    if (hidden !== undefined || file.type === "directory") continue;
    for (const folder of foldersOf(file.path)) {
      const sum = found.get(folder) ?? { bytes: 0, compressed: 0, files: 0 };
      found.set(folder, sum);
      sum.bytes += file.size;
      sum.compressed += file.size * (ratios[layer] ?? 0);
      sum.files++;
    }
  }
  return [...found]
    .map(([path, { bytes, compressed, files }]) => ({ path, bytes, compressed: Math.round(compressed), files }))
    .sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
}

// Deeper folders are summed up in their parents: nobody looks for bytes there first.
const MAX_DEPTH = 8;

function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1).slice(0, MAX_DEPTH);
  return ["", ...parts.map((_, at) => parts.slice(0, at + 1).join("/"))];
}

/** The folders where bytes part ways: large ones that are not nearly all one folder below them. */
export function tellingFolders(folders: readonly FolderUsage[], most: number): readonly FolderUsage[] {
  const largestBelow = new Map<string, number>();
  for (const { path, bytes } of folders) {
    const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    if (path !== "") largestBelow.set(parent, Math.max(bytes, largestBelow.get(parent) ?? 0));
  }
  const telling = folders.filter(({ path, bytes }) => path !== "" && (largestBelow.get(path) ?? 0) < bytes * 0.9);
  return telling.slice(0, most);
}
