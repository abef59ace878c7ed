import assert from "node:assert/strict";
import { test } from "node:test";
import { locator } from "../../src/input/locate.ts";

test("lines end in LF, CRLF or CR, and the caret stays within its line", () => {
  const at = locator("f", "ab\r\ncd\ref\n");
  assert.deepEqual(at(1, 9), { file: "f", line: 1, column: 2, length: 1, text: "ab" });
  assert.deepEqual(at(4, 2), { file: "f", line: 2, column: 1, length: 2, text: "cd" });
  assert.deepEqual(at(8), { file: "f", line: 3, column: 2, length: 1, text: "ef" });
  assert.deepEqual(at(10), { file: "f", line: 4, column: 1, length: 1, text: "" });
});

test("logins in a shown line are masked, and its columns stay", () => {
  const line = "--index-url https://user:p@ss@index.example/simple git+https://h.example/a@b";
  const { text, column } = locator("f", line)(52);
  assert.equal(text, "--index-url https://*********@index.example/simple git+https://h.example/a@b");
  assert.equal(column, 53);
});
