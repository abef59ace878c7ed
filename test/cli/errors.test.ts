import assert from "node:assert/strict";
import { test } from "node:test";
import { renderError } from "../../src/cli/errors.ts";
import { OciasmError } from "../../src/errors.ts";

const plain = { verbose: false, color: false };

test("an error shows code, message, place with a caret, and the way out", () => {
  const error = new OciasmError("INPUT_INVALID", "no version in `numpy=`", {
    location: { file: "requirements.txt", line: 12, column: 6, length: 1, text: "numpy=" },
    hint: "write numpy==VERSION",
  });
  assert.equal(
    renderError(error, plain),
    [
      "error[INPUT_INVALID]: no version in `numpy=`",
      "  --> requirements.txt:12:6",
      "   |",
      "12 | numpy=",
      "   |      ^",
      "  hint: write numpy==VERSION",
    ].join("\n"),
  );
});

test("all problems of one pass are shown, the one that carries the others first", () => {
  const problems = [2, 3].map((line) => new OciasmError("CONFIG_INVALID", `problem ${line}`));
  const text = renderError(new OciasmError("CONFIG_INVALID", "problem 1", { problems }), plain);
  assert.match(text, /problem 1\n.*problem 2\n.*problem 3/);
});

test("many problems with one way out take a line each and share the hint", () => {
  const problems = Array.from(
    { length: 30 },
    (_, at) =>
      new OciasmError("NO_WHEEL", `p${at} has no wheel`, {
        location: { file: "uv.lock", line: at + 1, column: 8, text: `name = "p${at}"` },
        hint: `build one with \`pip wheel p${at}\``,
      }),
  );
  const lines = renderError(new OciasmError("NO_WHEEL", "30 packages can't be had", { problems }), plain).split("\n");
  assert.deepEqual(lines.slice(0, 2), [
    "error[NO_WHEEL]: 30 packages can't be had",
    "error[NO_WHEEL]: p0 has no wheel --> uv.lock:1:8",
  ]);
  assert.deepEqual(lines.slice(-2), [
    `  and 20 more like these, at lines ${Array.from({ length: 20 }, (_, at) => at + 11).join(", ")}`,
    "  hint: build one with `pip wheel p0`; the others likewise",
  ]);
  assert.equal(lines.length, 13);
});

test("a long line is shown around its caret", () => {
  const text = `${"a".repeat(5000)}?${"b".repeat(5000)}`;
  const shown = renderError(
    new OciasmError("INPUT_INVALID", "x", { location: { file: "f", line: 1, column: 5001, text } }),
    plain,
  ).split("\n");
  const at = shown.findIndex((line) => line.includes("^"));
  assert.equal((shown[at - 1] ?? "")[(shown[at] ?? "").indexOf("^")], "?");
  assert.ok((shown[at - 1] ?? "").length < 140);
});

test("only a bug prints a stack unasked", () => {
  assert.doesNotMatch(renderError(new OciasmError("USAGE", "x"), plain), /\n\s+at /);
  assert.match(renderError(new TypeError("x is not a function"), plain), /bug in ociasm[\s\S]*\n\s+at /);
  assert.match(renderError(new OciasmError("USAGE", "x"), { verbose: true, color: false }), /\n\s+at /);
});

test("a full disk and an abort have codes of their own", () => {
  assert.match(
    renderError(Object.assign(new Error("ENOSPC: no space"), { code: "ENOSPC" }), plain),
    /error\[DISK_FULL\]/,
  );
  assert.match(renderError(new DOMException("aborted", "AbortError"), plain), /error\[INTERRUPTED\]/);
});
