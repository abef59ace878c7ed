import assert from "node:assert/strict";
import { test } from "node:test";
import { parseControl, parseSingleStanza } from "../../src/debian/control.ts";

test("paragraphs end at blank lines, field names count in any case", () => {
  const [first, second, ...more] = parseControl("Package: a\nVERSION:1 \n\n  \n\nPackage: b\n");
  assert.deepEqual(
    [...(first ?? [])],
    [
      ["package", "a"],
      ["version", "1"],
    ],
  );
  assert.equal(second?.get("package"), "b");
  assert.equal(more.length, 0);
});

test("continuation lines keep their text less one blank, comments are passed over", () => {
  const [stanza] = parseControl("Description: short\n long\n  indented\n# note\n .\nSize: 3\r\n");
  assert.equal(stanza?.get("description"), "short\nlong\n indented\n.");
  assert.equal(stanza?.get("size"), "3");
});

test("a name of Object.prototype is a field like any other", () => {
  const [stanza] = parseControl("__proto__: x\nconstructor: y\n");
  assert.equal(stanza?.get("__proto__"), "x");
  assert.equal(stanza?.get("tostring"), undefined);
});

test("what is no control file is refused", () => {
  const refused = [" lost continuation\n", "no colon\n", ": no name\n", "A: 1\na: 2\n", "A B: 1\n", "Ä: 1\n"];
  for (const text of refused) assert.throws(() => parseControl(text), { code: "ARCHIVE_INVALID" }, text);
  const many = Array.from({ length: 1001 }, (_, at) => `F${at}: x\n`).join("");
  assert.throws(() => parseControl(many), { code: "ARCHIVE_INVALID", message: /1000 fields/ });
  assert.throws(() => parseControl(`A: ${"x".repeat(5_000_000)}`), { code: "ARCHIVE_INVALID" });
});

test("a control member has one paragraph", () => {
  assert.equal(parseSingleStanza("Package: a\n").get("package"), "a");
  for (const text of ["", "\n\n", "A: 1\n\nB: 2\n"]) {
    assert.throws(() => parseSingleStanza(text), { code: "ARCHIVE_INVALID" });
  }
});
