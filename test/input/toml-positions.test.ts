import assert from "node:assert/strict";
import { test } from "node:test";
import { tomlPositions } from "../../src/input/toml-positions.ts";

const TEXT = `# [no.header]
title = "a [b] = c # d"
"quoted key".'sub' = """
fake = 1
\\""" """
[a.b]
list = [
  1, # one
  {x = 2, y.z = [3]},
]
[[a.c]]
n = 'first'
[[a.c]]
n = 'second'
[a.c.d]
deep = 2020-01-01
`;

test("keys, array items and tables are found where they stand", () => {
  const find = tomlPositions(TEXT);
  const key = (...path: (string | number)[]) => {
    const { offset, length } = find(path).key;
    return [TEXT.slice(0, offset).split("\n").length, TEXT.slice(offset, offset + length)];
  };
  const value = (...path: (string | number)[]) => {
    const { offset, length } = find(path).value;
    return TEXT.slice(offset, offset + length);
  };
  assert.deepEqual(key("title"), [2, "title"]);
  assert.equal(value("title"), '"a [b] = c # d"');
  assert.deepEqual(key("quoted key", "sub"), [3, `"quoted key".'sub'`]);
  assert.deepEqual(key("a", "b"), [6, "a.b"]);
  assert.equal(value("a", "b", "list", 0), "1");
  assert.equal(value("a", "b", "list", 1, "y", "z", 0), "3");
  assert.deepEqual(key("a", "c", 1), [13, "a.c"]);
  assert.equal(value("a", "c", 0, "n"), "'first'");
  assert.equal(value("a", "c", 1, "n"), "'second'");
  assert.equal(value("a", "c", 1, "d", "deep"), "2020-01-01");
});

test("a path that is not there has the place of what is around it", () => {
  const find = tomlPositions(TEXT);
  assert.deepEqual(find(["a", "c", 1, "none", "x"]), find(["a", "c", 1]));
  assert.deepEqual(find(["nothing"]).key, { offset: 0, length: 1 });
});
