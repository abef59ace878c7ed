import { type LayerContents, unpackedBytes } from "./contents.ts";
import { type DiveTree, diveTreeOf } from "./dive-tree.ts";

/** dive's figures (wagoodman/dive, dive/filetree/efficiency.go and dive/image/analysis.go). */
export interface DiveFigures {
  /** Bytes of all layers, unpacked. */
  readonly sizeBytes: number;
  /** 0 to 1: the smallest appearance of every path, by all its appearances. */
  readonly efficiency: number;
  /** All appearances of the paths that appear twice: what is needed once counts as wasted too. */
  readonly wastedBytes: number;
  /** Wasted bytes by the bytes of all layers but the first. */
  readonly wastedUserPercent: number;
  /** Largest first. */
  readonly inefficient: readonly InefficientFile[];
}

export interface InefficientFile {
  readonly path: string;
  readonly count: number;
  /** Of all appearances. */
  readonly size: number;
}

interface Appearances {
  count: number;
  total: number;
  /** -1 as long as there is none. */
  least: number;
}

const WHITEOUT = ".wh.";

export function diveFigures(layers: readonly LayerContents[]): DiveFigures {
  const sizes = layers.map(unpackedBytes);
  const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
  const userBytes = sizeBytes - (sizes[0] ?? 0);
  const found = countAppearances(layers);
  const inefficient = [...found]
    .filter(([, { count }]) => count > 1)
    .map(([path, { count, total }]) => ({ path: `/${path}`, count, size: total }))
    .sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1));
  const wastedBytes = inefficient.reduce((sum, { size }) => sum + size, 0);
  return {
    sizeBytes,
    efficiency: efficiencyOf([...found.values()]),
    wastedBytes,
    wastedUserPercent: userBytes === 0 ? 0 : wastedBytes / userBytes,
    inefficient,
  };
}

function efficiencyOf(appearances: readonly Appearances[]): number {
  const total = appearances.reduce((sum, each) => sum + each.total, 0);
  const least = appearances.reduce((sum, each) => sum + each.least, 0);
  return total === 0 ? 1 : least / total;
}

function countAppearances(layers: readonly LayerContents[]): ReadonlyMap<string, Appearances> {
  const found = new Map<string, Appearances>();
  const stack = createStack(layers);
  for (const [at, { files }] of layers.entries()) {
    for (const [path, node] of diveTreeOf(files).nodes()) {
      if (node.children.size > 0) continue;
      const name = path.slice(path.lastIndexOf("/") + 1);
      const isWhiteout = name.startsWith(WHITEOUT);
      const shown = isWhiteout ? plainPath(path) : path;
      const seen = found.get(shown) ?? { count: 0, total: 0, least: -1 };
      found.set(shown, seen);
      const size = isWhiteout ? stack.removedBytes(at, shown) : node.info.size;
      // dive gives up the rest of a layer that removes what is not there.
      if (size === undefined) break;
      seen.count++;
      seen.total += size;
      seen.least = seen.least < 0 ? size : Math.min(seen.least, size);
    }
  }
  return found;
}

function plainPath(path: string): string {
  const cut = path.lastIndexOf("/") + 1;
  return path.slice(0, cut) + path.slice(cut + WHITEOUT.length);
}

/** The layers below one, over each other; made only where a whiteout asks for it. */
function createStack(layers: readonly LayerContents[]): {
  removedBytes(layer: number, path: string): number | undefined;
} {
  let tree: DiveTree | undefined;
  let height = 0;
  return {
    removedBytes: (layer, path) => {
      tree ??= diveTreeOf(layers[0]?.files ?? []);
      for (; height < layer; height++) lay(tree, diveTreeOf(layers[height]?.files ?? []));
      const node = tree.get(path);
      if (node === undefined) return undefined;
      return node.info.isDirectory ? node.total : 0;
    },
  };
}

/** dive never takes a file away because something else has come to its place. */
function lay(tree: DiveTree, upper: DiveTree): void {
  for (const [path, { info }] of upper.nodes()) {
    if (path.slice(path.lastIndexOf("/") + 1).startsWith(WHITEOUT)) tree.remove(plainPath(path));
    else tree.add(path, info);
  }
}
