import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TarEntry, TarEntryType } from "../../src/archive/tar-entry.ts";
import { createImageTree, type ImageTree } from "../../src/base/image-tree.ts";

fc.configureGlobal({ seed: 1 });

function entry(path: string, type: TarEntryType = "file", more: Partial<TarEntry> = {}): TarEntry {
  return { path, type, mode: type === "directory" ? 0o755 : 0o644, uid: 0, gid: 0, size: 0, mtime: 0, ...more };
}

function treeOf(...layers: readonly (readonly TarEntry[])[]): ImageTree {
  const tree = createImageTree();
  for (const layer of layers) {
    tree.nextLayer();
    for (const one of layer) tree.apply(one);
  }
  return tree;
}

const paths = (tree: ImageTree) => [...tree.paths()].map(([path]) => path);

test("a whiteout removes what lower layers brought and nothing of its own layer", () => {
  const lower = [entry("a/b"), entry("a/c/d"), entry("e")];
  assert.deepEqual(paths(treeOf(lower, [entry("a/.wh.b"), entry(".wh.e")])), ["a", "a/c", "a/c/d"]);
  assert.deepEqual(paths(treeOf(lower, [entry("a/c/new"), entry("a/.wh.c")])), ["a", "a/b", "a/c", "a/c/new", "e"]);
  assert.deepEqual(paths(treeOf(lower, [entry("a/.wh.c"), entry("a/c/new")])), ["a", "a/b", "a/c", "a/c/new", "e"]);
  assert.deepEqual(paths(treeOf(lower, [entry("no/.wh.b"), entry(".wh.nothing")])), ["a", "a/b", "a/c", "a/c/d", "e"]);
});

test("an opaque directory hides everything below, wherever its marker stands", () => {
  const lower = [entry("a/b"), entry("a/c/d"), entry("e")];
  const upper = [entry("a", "directory"), entry("a/x"), entry("a/.wh..wh..opq"), entry("a/y")];
  for (const layer of [upper, [...upper].reverse()]) {
    assert.deepEqual(paths(treeOf(lower, layer)), ["a", "a/x", "a/y", "e"]);
  }
});

test("a file in the place of a directory takes all that was in it", () => {
  assert.deepEqual(paths(treeOf([entry("a/b/c")], [entry("a")])), ["a"]);
  assert.deepEqual(paths(treeOf([entry("a/b/c")], [entry("a", "directory", { mode: 0o700 })])), ["a", "a/b", "a/b/c"]);
});

test("an entry below a link makes a directory of it, as overlayfs shows it", () => {
  const tree = treeOf([entry("usr/lib/x"), entry("lib", "symlink", { linkName: "usr/lib" })], [entry("lib/y")]);
  assert.equal(tree.get("lib")?.type, "directory");
  assert.deepEqual(paths(tree), ["lib", "lib/y", "usr", "usr/lib", "usr/lib/x"]);
});

test("links are followed to their end and no further", () => {
  const tree = treeOf([
    entry("usr/lib/x/f"),
    entry("lib", "symlink", { linkName: "usr/lib" }),
    entry("usr/up", "symlink", { linkName: "../../../lib/x" }),
    entry("abs", "symlink", { linkName: "/lib" }),
    entry("loop", "symlink", { linkName: "loop" }),
    entry("gone", "symlink", { linkName: "nowhere" }),
  ]);
  assert.equal(tree.resolve("/abs/x/f"), "usr/lib/x/f");
  assert.equal(tree.resolve("usr/up"), "usr/lib/x");
  assert.equal(tree.resolve("loop"), undefined);
  assert.equal(tree.resolve("gone"), undefined);
  assert.equal(tree.resolve(""), "");
});

test("a hard link is the file that it leads to", () => {
  const tree = createImageTree();
  tree.apply(entry("bin/python3.12"), "3.12.4");
  tree.apply(entry("bin/again", "hardlink", { linkName: "bin/python3.12" }));
  assert.deepEqual(tree.get("bin/again"), { type: "file", mode: 0o644, uid: 0, gid: 0, found: "3.12.4" });
});

test("names of JavaScript's own members are paths like any other", () => {
  const tree = treeOf([entry("__proto__/constructor"), entry("toString")], [entry("__proto__/.wh.constructor")]);
  assert.deepEqual(paths(tree), ["__proto__", "toString"]);
});

test("any layers give a tree whose parents are directories and whose links resolve or don't", () => {
  const name = fc.constantFrom("a", "b", ".wh.a", ".wh.b", ".wh..wh..opq", ".wh.");
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const type = fc.constantFrom<TarEntryType>("file", "directory", "symlink", "hardlink");
  const any = fc
    .record({ path, type, linkName: path })
    .map((one) => entry(one.path, one.type, { linkName: one.linkName }));
  fc.assert(
    fc.property(fc.array(fc.array(any, { maxLength: 12 }), { maxLength: 4 }), (layers) => {
      const tree = treeOf(...layers);
      for (const [each] of tree.paths()) {
        const slash = each.lastIndexOf("/");
        if (slash > 0) assert.equal(tree.get(each.slice(0, slash))?.type, "directory");
        const end = tree.resolve(each);
        if (end !== undefined && end !== "") assert.notEqual(tree.get(end)?.type, "symlink");
      }
    }),
    { numRuns: 3000 },
  );
});
