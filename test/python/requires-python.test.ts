import assert from "node:assert/strict";
import { test } from "node:test";
import { allowsPython, parseRequiresPython } from "../../src/python/requires-python.ts";
import { formatSpecifierSet } from "../../src/python/specifier.ts";

test("what old packages wrote is repaired", () => {
  const read = (text: string) => {
    const set = parseRequiresPython(text);
    return set === undefined ? undefined : formatSpecifierSet(set);
  };
  assert.equal(read(">=3.5.*, <4.*"), "<4,>=3.5");
  assert.equal(read(">=3.6 <4"), "<4,>=3.6");
  assert.equal(read("(>='3.6')"), ">=3.6");
  assert.equal(read("!=3.0.* >=2.7"), "!=3.0.*,>=2.7");
  assert.equal(read("python three"), undefined);
});

test("the whole range counts, pre-releases of Python too, and what cannot be read allows all", () => {
  assert.equal(allowsPython(">=3.8,<3.12", "3.11.2"), true);
  assert.equal(allowsPython(">=3.8,<3.12", "3.12.0"), false);
  assert.equal(allowsPython(">=3.13", "3.14.0rc2"), true);
  assert.equal(allowsPython("python three", "3.11.2"), true);
  assert.equal(allowsPython(undefined, "3.11.2"), true);
});
