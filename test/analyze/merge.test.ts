import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeLayers } from "../../src/analyze/merge.ts";
import { type FilePart, layerContents } from "../support/layer-contents.ts";

/** What is hidden, as "layer path how by". */
function hidden(...layers: readonly (readonly FilePart[])[]): readonly string[] {
  return mergeLayers(layerContents(layers)).all.flatMap(({ layer, file, hidden: by }) =>
    by === undefined ? [] : [`${layer} ${file.path} ${by.how} ${by.by}`],
  );
}

test("a file above hides the one below, and a whiteout all that lies there", () => {
  assert.deepEqual(hidden([{ path: "a" }], [{ path: "a" }]), ["0 a overwritten 1"]);
  assert.deepEqual(hidden([{ path: "d/a" }, { path: "d/b" }], [{ path: ".wh.d" }]), [
    "0 d/a removed 1",
    "0 d/b removed 1",
  ]);
  assert.deepEqual(hidden([{ path: "d/a" }], [{ path: "d/.wh.a" }, { path: "d/a" }]), ["0 d/a removed 1"]);
});

test("whiteouts and opaque folders reach lower layers only, wherever they stand in their own", () => {
  assert.deepEqual(hidden([{ path: "a" }, { path: ".wh.a" }]), []);
  assert.deepEqual(hidden([{ path: "d/a" }], [{ path: "d/b" }, { path: "d/.wh..wh..opq" }]), ["0 d/a removed 1"]);
  assert.deepEqual(hidden([{ path: "a" }], [{ path: ".wh.b" }, { path: "x/.wh.y" }]), []);
});

test("a folder above keeps what lies in the folder below, a file in its place does not", () => {
  assert.deepEqual(hidden([{ path: "d/" }, { path: "d/a" }], [{ path: "d/" }, { path: "d/b" }]), []);
  assert.deepEqual(hidden([{ path: "d/a" }], [{ path: "d" }]), ["0 d/a overwritten 1"]);
  assert.deepEqual(hidden([{ path: "d" }], [{ path: "d/a" }]), ["0 d overwritten 1"]);
});

test("bytes that a hard link still shows are in use", () => {
  const link: FilePart = { path: "b", type: "hardlink", linkName: "a" };
  assert.deepEqual(hidden([{ path: "a", size: 9 }, link], [{ path: ".wh.a" }]), []);
  assert.deepEqual(hidden([{ path: "a", size: 9 }, link], [{ path: ".wh.a" }, { path: ".wh.b" }]).length, 2);
});

test("links are followed on the way and at the end, and a circle leads nowhere", () => {
  const image = mergeLayers(
    layerContents([
      [
        { path: "usr/lib/x.so" },
        { path: "lib", type: "symlink", linkName: "usr/lib" },
        { path: "o", type: "symlink", linkName: "/o" },
      ],
    ]),
  );
  assert.equal(image.find("lib/x.so")?.file.path, "usr/lib/x.so");
  assert.equal(image.get("lib/x.so"), undefined);
  assert.equal(image.find("o/p"), undefined);
});

test("a path as deep as it is long is no trouble", () => {
  const deep = Array.from({ length: 20_000 }, () => "a").join("/");
  assert.equal(hidden([{ path: deep }], [{ path: ".wh.a" }]).length, 1);
});
