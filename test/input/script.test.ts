import assert from "node:assert/strict";
import { test } from "node:test";
import { hasScriptBlock, script } from "../../src/input/script.ts";
import { askedTexts, asRequest, inputContext, problemsIn, problemText } from "../support/input-context.ts";

const request = (text: string) => asRequest(script.parse(text, inputContext("run.py")));
const problems = (text: string) => problemsIn(() => request(text)).map(problemText);

test("a script says what it needs in a comment", () => {
  const input = request(`#!/usr/bin/env -S uv run
# é /// script
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3", # why
#
#   "rich",
# ]
# [tool.uv.sources]
# rich = {index = "own"}
# [[tool.uv.index]]
# name = "own"
# url = "https://own.example"
# ///
import requests
`);
  assert.deepEqual(askedTexts(input.requirements), ["requests<3", "rich"]);
  assert.deepEqual(
    input.requirements.map(({ location: { line, column, text } }) => [line, column, text]),
    [
      [6, 5, '#   "requests<3", # why'],
      [8, 5, '#   "rich",'],
    ],
  );
  assert.deepEqual([input.requiresPython, input.format], [">=3.11", "script"]);
  assert.deepEqual(
    input.indexes.map(({ name }) => name),
    ["own"],
  );
  assert.deepEqual(
    input.sources.map(({ name }) => name),
    ["rich"],
  );
});

test("a block ends at the last fence of its run of comments, whatever its line ends", () => {
  assert.deepEqual(askedTexts(request("# /// script\r\n# dependencies = ['a']\r\n# ///\r\n").requirements), ["a"]);
  assert.match(problems("# /// script\n# dependencies = ['a']\n# ///\n# more\n# ///")[0] ?? "", /not a TOML document/);
  assert.deepEqual(
    askedTexts(request("# /// other\n# x\n# ///\n\n# /// script\n# dependencies = ['a']\n# ///").requirements),
    ["a"],
  );
});

test("no block, an open one, an empty one or two of them are refused", () => {
  for (const text of [
    "",
    "import x\n",
    "# /// script\n# dependencies = []\n",
    "# /// script\n# ///\n",
    "#/// script\n# a\n# ///\n",
    " # /// script\n # a = 1\n # ///",
  ]) {
    assert.match(problems(text)[0] ?? "", /no script block/, JSON.stringify(text));
    assert.equal(hasScriptBlock(text), false);
  }
  const block = "# /// script\n# dependencies = []\n# ///\n";
  assert.equal(hasScriptBlock(block), true);
  assert.deepEqual(problems(`${block}\n${block}`), ["INPUT_INVALID 5:1+12 /p/run.py has two script blocks"]);
});

test("what is wrong has its place in the script", () => {
  assert.deepEqual(problems("x = 1\n# /// script\n# dependencies = ['a', 'b =']\n# ///\n"), [
    'INPUT_INVALID 3:27+1 "b =" is no requirement: expected a version specifier, a semicolon or the end',
  ]);
});
