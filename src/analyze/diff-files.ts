import type { LayerFile } from "./contents.ts";
import type { OwnLayer } from "./diff.ts";
import { mergeLayers } from "./merge.ts";

export interface FileChanges {
  /** Largest first. */
  readonly changes: readonly FileChange[];
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

export interface FileChange {
  readonly path: string;
  /** Bytes; null for a file that is new. */
  readonly from: number | null;
  /** Bytes; null for a file that is gone. */
  readonly to: number | null;
}

/** Files that differ, among those of the layers that only one image has; folders are not told. */
export function fileChanges(gone: readonly OwnLayer[], come: readonly OwnLayer[]): FileChanges {
  const [before, after] = [filesOf(gone), filesOf(come)];
  const changes: FileChange[] = [];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(path), after.get(path)];
    if (old !== undefined && now !== undefined && same(old, now)) continue;
    changes.push({ path, from: old?.size ?? null, to: now?.size ?? null });
  }
  // What lies in a layer of both and is removed in one: its size is not known here.
  for (const path of removedBelow(come)) {
    if (!before.has(path) && !after.has(path)) changes.push({ path, from: 0, to: null });
  }
  changes.sort((a, b) => weight(b) - weight(a) || (a.path < b.path ? -1 : 1));
  return {
    changes,
    added: changes.filter(({ from }) => from === null).length,
    removed: changes.filter(({ to }) => to === null).length,
    changed: changes.filter(({ from, to }) => from !== null && to !== null).length,
  };
}

function weight({ from, to }: FileChange): number {
  return Math.max(from ?? 0, to ?? 0);
}

function filesOf(layers: readonly OwnLayer[]): ReadonlyMap<string, LayerFile> {
  const { all } = mergeLayers(layers.flatMap(({ contents }) => (contents === undefined ? [] : [contents])));
  const visible = all.filter(({ hidden, file }) => hidden === undefined && file.type !== "directory");
  return new Map(visible.map(({ file }) => [file.path, file]));
}

function same(a: LayerFile, b: LayerFile): boolean {
  return (
    a.type === b.type &&
    a.size === b.size &&
    a.sha256 === b.sha256 &&
    a.linkName === b.linkName &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid
  );
}

function removedBelow(layers: readonly OwnLayer[]): ReadonlySet<string> {
  const removed = new Set<string>();
  for (const { contents } of layers) {
    for (const { path } of contents?.files ?? []) {
      const [, folder, name] = /^(.*\/)?\.wh\.([^/]+)$/.exec(path) ?? [];
      if (name !== undefined && !name.startsWith(".wh.")) removed.add(`${folder ?? ""}${name}`);
    }
  }
  return removed;
}
