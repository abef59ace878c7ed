import assert from "node:assert/strict";
import { test } from "node:test";
import { extract } from "tar-stream";
import type { LayerFile } from "../../src/analyze/contents.ts";
import { diveFigures } from "../../src/analyze/dive.ts";
import { layerContents } from "../support/layer-contents.ts";
import { randomLayers } from "../support/random-layers.ts";

// test/e2e/analyze-dive.test.ts asks dive itself, where it is installed. This is its algorithm again, from its source
// and without a tree: paths in maps.

interface Entry {
  readonly size: number;
  readonly isDirectory: boolean;
}
type Tree = Map<string, Entry>;

function addTo(tree: Tree, path: string, entry: Entry): void {
  const parts = path.split("/");
  const marker = parts.findIndex((part) => part.startsWith(".wh..wh.."));
  const kept = marker < 0 ? parts : parts.slice(0, marker);
  for (let depth = 1; depth <= kept.length; depth++) {
    const at = kept.slice(0, depth).join("/");
    if (!tree.has(at)) tree.set(at, { size: 0, isDirectory: false });
  }
  if (marker < 0) tree.set(path, entry);
}

function removeFrom(tree: Tree, path: string): void {
  for (const each of [...tree.keys()]) if (each === path || each.startsWith(`${path}/`)) tree.delete(each);
}

function treeOf(files: readonly LayerFile[]): Tree {
  const tree: Tree = new Map();
  for (const { path, size, type } of files) addTo(tree, path, { size, isDirectory: type === "directory" });
  return tree;
}

/** Children first, siblings by name. */
function inOrder(tree: Tree): readonly string[] {
  const key = (path: string): string => `${path.split("/").join("\u0001")}\u0002`;
  return [...tree.keys()].sort((a, b) =>
    a.startsWith(`${b}/`) ? -1 : b.startsWith(`${a}/`) ? 1 : key(a) < key(b) ? -1 : 1,
  );
}

function reference(layers: readonly (readonly LayerFile[])[]): { efficiency: number; wasted: number } {
  const trees = layers.map(treeOf);
  const seen = new Map<string, number[]>();
  for (const [at, tree] of trees.entries()) {
    for (const path of inOrder(tree)) {
      if ([...tree.keys()].some((other) => other.startsWith(`${path}/`))) continue;
      const plain = path.replace(/(^|\/)\.wh\.([^/]*)$/, "$1$2");
      const sizes = seen.get(plain) ?? [];
      seen.set(plain, sizes);
      const size = plain === path ? tree.get(path)?.size : removed(trees, at, plain);
      if (size === undefined) break;
      sizes.push(size);
    }
  }
  const all = [...seen.values()];
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const total = sum(all.flat());
  const least = sum(all.map((sizes) => (sizes.length === 0 ? -1 : Math.min(...sizes))));
  const wasted = sum(all.filter((sizes) => sizes.length > 1).flat());
  return { efficiency: total === 0 ? 1 : least / total, wasted };
}

/** What lies at a path when the layers below `at` are laid over each other; undefined when nothing does. */
function removed(trees: readonly Tree[], at: number, path: string): number | undefined {
  const stack: Tree = new Map(trees[0]);
  for (const tree of trees.slice(0, at)) {
    for (const each of inOrder(tree)) {
      const plain = each.replace(/(^|\/)\.wh\.([^/]*)$/, "$1$2");
      if (plain === each) addTo(stack, each, tree.get(each) ?? { size: 0, isDirectory: false });
      else removeFrom(stack, plain);
    }
  }
  const found = stack.get(path);
  if (found === undefined || !found.isDirectory) return found === undefined ? undefined : 0;
  return [...stack].reduce(
    (sum, [each, { size }]) => sum + (each === path || each.startsWith(`${path}/`) ? size : 0),
    0,
  );
}

async function filesOf(tar: Uint8Array): Promise<readonly LayerFile[]> {
  const files: LayerFile[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const { name, size = 0, type } = entry.header;
    entry.resume();
    const kind = type === "directory" ? "directory" : type === "symlink" ? "symlink" : "file";
    files.push({ path: name.replace(/\/$/, ""), type: kind, mode: 0, uid: 0, gid: 0, size });
  }
  return files;
}

test("efficiency and wasted bytes are those of dive's algorithm, written a second time, on 60 images", async () => {
  let wasteful = 0;
  for (let seed = 100; seed < 160; seed++) {
    const layers = await Promise.all((await randomLayers(seed)).map(filesOf));
    const { efficiency, wastedBytes } = diveFigures(layerContents(layers));
    assert.deepEqual({ efficiency, wasted: wastedBytes }, reference(layers), `image ${seed}`);
    if (wastedBytes > 0) wasteful++;
  }
  assert.ok(wasteful > 30);
});

test("an image of nothing is efficient, and wastes no share of nothing", () => {
  const { efficiency, wastedBytes, wastedUserPercent } = diveFigures(layerContents([[]]));
  assert.deepEqual(
    { efficiency, wastedBytes, wastedUserPercent },
    { efficiency: 1, wastedBytes: 0, wastedUserPercent: 0 },
  );
});

test("a file in two layers counts twice, and its share is of all layers but the first", () => {
  const layers = layerContents([
    [{ path: "a", size: 100 }],
    [
      { path: "a", size: 60 },
      { path: "b", size: 40 },
    ],
  ]);
  const figures = diveFigures(layers);
  assert.equal(figures.wastedBytes, 160);
  assert.equal(figures.wastedUserPercent, 1.6);
  assert.equal(figures.efficiency, 0.5);
  assert.deepEqual(figures.inefficient, [{ path: "/a", count: 2, size: 160 }]);
});
