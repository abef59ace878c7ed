import assert from "node:assert/strict";
import { test } from "node:test";
import { foldPath } from "../../src/install/conflicts.ts";
import { listingKeys, pathKeys } from "../../src/install/path-keys.ts";

test("a path has the keys of its folders, and then its own", () => {
  for (const [path, folders] of [
    ["app/site/x.py", ["app", "app/site"]],
    ["app/\u00e9t\u00e9/x.py", ["app", "app/\u00e9t\u00e9"]],
    ["\u03a6\u03a3/\u03a3/x", ["\u03a6\u03a3", "\u03a6\u03a3/\u03a3"]],
    ["x.py", []],
  ] as const) {
    assert.deepEqual(
      pathKeys(path),
      [...folders, path].map((part) => pathKeys(part).at(-1)),
    );
  }
});

test("paths that fold to the same have the same keys, and others have not", () => {
  const folds = new Map<string, readonly number[]>();
  const paths = [
    "app/Site/A.py",
    "APP/site/a.PY",
    "app/\u212a/a",
    "app/k/a",
    "app/e\u0301",
    "app/\u00c9",
    "app/[",
    "app/{",
  ];
  for (const path of paths) {
    const known = folds.get(foldPath(path));
    if (known === undefined) folds.set(foldPath(path), pathKeys(path));
    else assert.deepEqual(pathKeys(path), known, path);
  }
  assert.equal(folds.size, 5);
  assert.equal(new Set([...folds.values()].map(String)).size, folds.size);
});

test("a hundred thousand paths that differ in a digit or two have as many keys", () => {
  const paths = Array.from({ length: 100_000 }, (_, at) => ({
    path: `usr/lib/part${at % 10}/m${at % 1000}/f${at}.py`,
  }));
  const keys = listingKeys(paths);
  assert.equal(new Set([...keys.paths, ...keys.folders]).size, paths.length + 2 + 10 + 1000);
});

test("the folders of a listing are those of all its paths", () => {
  const paths = ["a/b/x", "a/b/y", "c/x", "a/b/z", "top"];
  const { folders } = listingKeys(paths.map((path) => ({ path })));
  assert.deepEqual([...folders].sort(), ["a", "a/b", "c"].map((path) => pathKeys(path).at(-1)).sort());
});
