import assert from "node:assert/strict";
import { test } from "node:test";
import { relativePath } from "../../src/resolve/relative-path.ts";

test("a path is the same from a folder on every host", () => {
  assert.equal(relativePath("/home/me/app", "/home/me/wheels/a.whl"), "../wheels/a.whl");
  assert.equal(relativePath("C:/home/me/app", "/C:/home/me/wheels/a.whl"), "../wheels/a.whl");
  assert.equal(relativePath("c:/home", "C:/home"), "");
});

test("what lies on another drive is named whole", () => {
  assert.equal(relativePath("C:/app", "/D:/wheels/a.whl"), "D:/wheels/a.whl");
  assert.equal(relativePath("C:/app", "/srv/a.whl"), "/srv/a.whl");
});
