import assert from "node:assert/strict";
import { test } from "node:test";
import { simpleCommands } from "../../../src/build/foreign/shell-text.ts";

const rows: readonly (readonly [string, readonly (readonly string[])[] | undefined])[] = [
  ["a b && c 'd e';f", [["a", "b"], ["c", "d e"], ["f"]]],
  ['pip install "numpy>=1,<2" \\\n  torch', [["pip", "install", "numpy>=1,<2", "torch"]]],
  ["set -e\n# a comment\na # another", [["set", "-e"], ["a"]]],
  ["rm -f x || true; b", [["rm", "-f", "x"], ["b"]]],
  ["a >/dev/null 2>&1 && b", [["a"], ["b"]]],
  ["a#b c", [["a#b", "c"]]],
  ["a b `# why b` c", [["a", "b", "c"]]],
  ["", []],
  ["a | b", undefined],
  ["a > file", undefined],
  ["echo $(date)", undefined],
  ['echo "$HOME"', undefined],
  ["echo `date`", undefined],
  ["if true; then a; fi", undefined],
  ["a &", undefined],
  ["a || b", undefined],
  ["(a)", undefined],
  ["a 'open", undefined],
];

test("a command line is split where no shell is needed for that", () => {
  for (const [text, expected] of rows) assert.deepEqual(simpleCommands(text), expected, text);
});
