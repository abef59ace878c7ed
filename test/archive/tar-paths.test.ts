import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { compareTarPaths, normalizeTarPath, parentDirectories } from "../../src/archive/tar-paths.ts";

fc.configureGlobal({ seed: 1 });

test("foreign paths lose dots and slashes that mean nothing", () => {
  assert.equal(normalizeTarPath("./usr//lib/./x/"), "usr/lib/x");
  assert.equal(normalizeTarPath("/etc/passwd"), "etc/passwd");
  assert.equal(normalizeTarPath("./"), "");
  assert.equal(normalizeTarPath("a..b/...c"), "a..b/...c");
});

test("paths that climb or hold a NUL are refused", () => {
  assert.equal(normalizeTarPath("a/../b"), undefined);
  assert.equal(normalizeTarPath(".."), undefined);
  assert.equal(normalizeTarPath("a\0b"), undefined);
});

test("parents are named once each, roots first", () => {
  assert.deepEqual(parentDirectories(["usr/lib/x", "usr/lib/y", "app/z", "top"]), ["app", "usr", "usr/lib"]);
  assert.deepEqual(parentDirectories([]), []);
});

test("every directory sorts before what it holds", () => {
  const part = fc.string({ minLength: 1, maxLength: 3 }).filter((text) => !/[/\0]/.test(text));
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(fc.array(path), (paths) => {
      const all = [...new Set([...paths, ...parentDirectories(paths)])].sort(compareTarPaths);
      for (const [index, each] of all.entries()) {
        for (const parent of parentDirectories([each])) {
          const at = all.indexOf(parent);
          assert.ok(at >= 0 && at < index);
          assert.ok(all.slice(at + 1, index).every((between) => between.startsWith(`${parent}/`)));
        }
      }
    }),
  );
});
