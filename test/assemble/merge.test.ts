import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/archive/bytes.ts";
import type { TarEntry } from "../../src/archive/tar-entry.ts";
import type { LayerEntry } from "../../src/assemble/layer-entry.ts";
import { type MergeOptions, mergeEntries } from "../../src/assemble/merge.ts";

const options = { mtime: 7, directories: [] };

function node(path: string, type: TarEntry["type"], more: Partial<TarEntry> = {}, owner?: string): LayerEntry {
  const entry = { path, type, mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 7, ...more };
  return { entry, content: { from: "none" }, ...(owner === undefined ? {} : { owner }) };
}

function file(path: string, text: string, owner: string, mode = 0o644): LayerEntry {
  const bytes = utf8(text);
  return { ...node(path, "file", { size: bytes.length, mode }, owner), content: { from: "bytes", bytes } };
}

function merge(entries: readonly LayerEntry[], how: MergeOptions): readonly LayerEntry[] {
  return [...mergeEntries(entries, how)];
}

function paths(entries: readonly LayerEntry[]): readonly string[] {
  return entries.map(({ entry }) => `${entry.path}${entry.type === "directory" ? "/" : ""}`);
}

test("parents are added once, before what they hold, and the root is left out", () => {
  const merged = merge([file("b/c/d", "1", "x"), file("b-", "2", "x"), file("a", "3", "x")], options);
  assert.deepEqual(paths(merged), ["a", "b/", "b/c/", "b/c/d", "b-"]);
  assert.deepEqual(merged[1]?.entry, node("b", "directory", { mode: 0o755 }).entry);
});

test("a directory of the base keeps the base's attributes, also where a package has it", () => {
  const directories = [{ type: "directory", path: "tmp", mode: 0o1777, gid: 3 }] as const;
  for (const entries of [
    [file("tmp/x", "1", "x")],
    [file("tmp/x", "1", "x"), node("tmp", "directory", { mode: 0o700 })],
  ]) {
    const [tmp] = merge(entries, { mtime: 7, directories });
    assert.deepEqual([tmp?.entry.mode, tmp?.entry.gid], [0o1777, 3]);
  }
});

test("the same file of two packages is kept once, for both, executable if one is", () => {
  const merged = merge([file("x", "same", "b==1"), file("x", "same", "a==2", 0o755)], options);
  assert.equal(merged.length, 1);
  assert.equal(merged[0]?.owner, "a==2, b==1");
  assert.equal(merged[0]?.entry.mode, 0o755);
});

test("different files at one path are a conflict that names both packages", () => {
  for (const [left, right] of [
    ["same size!", "same size?"],
    ["short", "longer than that"],
  ] as const) {
    assert.throws(() => merge([file("x/y", left, "a==1"), file("x/y", right, "b==2")], options), {
      code: "FILE_CONFLICT",
      message: /a==1.*b==2.*\/x\/y/,
    });
  }
});

test("files whose promised hashes differ are a conflict even when their CRC is the same", () => {
  const twin = (expectedSha256: string, owner: string): LayerEntry => ({ ...file("x", "s", owner), expectedSha256 });
  assert.throws(() => merge([twin("00", "a"), twin("11", "b")], options), { code: "FILE_CONFLICT" });
  assert.equal(merge([twin("00", "a"), twin("00", "b")], options).length, 1);
});

test("a file where another package has a directory is a conflict", () => {
  assert.throws(() => merge([file("x", "", "a==1"), file("x/y", "", "b==2")], options), {
    code: "FILE_CONFLICT",
    message: /b==2 brings \/x\/y, but a==1 has \/x as not a directory/,
  });
  assert.throws(() => merge([file("x", "", "a"), node("x", "directory", {}, "b")], options), {
    code: "FILE_CONFLICT",
  });
});

test("a path below a link is a conflict, at any depth", () => {
  const link = node("lib", "symlink", { linkName: "usr/lib" }, "a");
  assert.throws(() => merge([link, file("lib/x/y", "", "b")], options), {
    code: "FILE_CONFLICT",
    message: /\/lib as a link/,
  });
});

test("equal links and directories of two packages are kept once, links to two places are not", () => {
  const link = (linkName: string, owner: string) => node("l", "symlink", { linkName }, owner);
  assert.equal(merge([link("a", "x"), link("a", "y")], options).length, 1);
  assert.throws(() => merge([link("a", "x"), link("b", "y")], options), { code: "FILE_CONFLICT" });
  assert.equal(merge([node("d", "directory"), node("d", "directory")], options).length, 1);
});

test("the first name of a hard-linked file gets the content, the others link to it", () => {
  const merged = merge(
    [
      file("b/two", "content", "p", 0o755),
      node("a/one", "hardlink", { linkName: "b/two" }, "p"),
      node("c/three", "hardlink", { linkName: "a/one" }, "p"),
      node("d/four", "hardlink", { linkName: "not/here" }, "p"),
    ],
    options,
  );
  const links = merged.filter(({ entry }) => entry.type !== "directory");
  assert.deepEqual(
    links.map(({ entry }) => [entry.path, entry.type, entry.size, entry.linkName]),
    [
      ["a/one", "file", 7, undefined],
      ["b/two", "hardlink", 0, "a/one"],
      ["c/three", "hardlink", 0, "a/one"],
      ["d/four", "hardlink", 0, "not/here"],
    ],
  );
  assert.equal(links[0]?.content.from, "bytes");
  assert.equal(links[0]?.entry.mode, 0o755);
});

test("names like __proto__ are names", () => {
  const merged = merge([file("__proto__/constructor", "1", "x"), file("toString", "2", "x")], options);
  assert.deepEqual(paths(merged), ["__proto__/", "__proto__/constructor", "toString"]);
});
