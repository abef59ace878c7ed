import assert from "node:assert/strict";
import { test } from "node:test";
import { pyproject } from "../../src/input/pyproject.ts";
import { askedTexts, asRequest, inputContext, problemsIn, problemText } from "../support/input-context.ts";

const request = (text: string) => asRequest(pyproject.parse(text, inputContext("pyproject.toml")));
const problems = (text: string) => problemsIn(() => request(text)).map(problemText);

test("a Poetry project asks in Poetry's words", () => {
  const input = request(`[tool.poetry]
name = "App"
[tool.poetry.dependencies]
python = "^3.10"
requests = {version = "^2.31", extras = ["Socks"]}
old = [
  {version = "<2", python = "<3.12"},
  {version = ">=2", python = ">=3.12", markers = "platform_machine == 'x86_64'"},
]
either = "^1.0 || ^3.0"
any = "*"
win = {version = "1.0", platform = "win32 || !=linux"}
extra = {version = "~1.2", optional = true}
[tool.poetry.extras]
More_x = ["extra"]
[tool.poetry.group.Dev.dependencies]
pytest = "^8"
[tool.poetry.group.docs]
optional = true
include-groups = ["dev"]
[tool.poetry.group.docs.dependencies]
sphinx = "7.*"
[tool.poetry.dev-dependencies]
ruff = "0.5"
`);
  assert.deepEqual(askedTexts(input.requirements), [
    "requests[socks]<3.0,>=2.31",
    'old<2; python_version < "3.12"',
    'old>=2; platform_machine == "x86_64" and python_version >= "3.12"',
    "either {<2.0,>=1.0 | <4.0,>=3.0}",
    "any",
    'win==1.0; sys_platform == "win32" or sys_platform != "linux"',
  ]);
  assert.deepEqual(askedTexts(input.extras["more-x"]), ["extra<1.3,>=1.2"]);
  assert.deepEqual(askedTexts(input.groups["dev"]), ["pytest<9,>=8", "ruff==0.5"]);
  assert.deepEqual(askedTexts(input.groups["docs"]), ["sphinx==7.*", "pytest<9,>=8", "ruff==0.5"]);
  assert.deepEqual(input.defaultGroups, ["dev"]);
  assert.deepEqual([input.project, input.requiresPython], ["app", ">=3.10,<4.0"]);
  assert.deepEqual(
    input.requirements.map(({ text, location }) => [text, location.line, location.column]),
    [
      ["requests = {…}", 5, 1],
      ["old = {…}", 7, 3],
      ["old = {…}", 8, 3],
      ['either = "^1.0 || ^3.0"', 10, 10],
      ['any = "*"', 11, 7],
      ["win = {…}", 12, 1],
    ],
  );
});

test("wheels, folders and repositories become URLs", () => {
  const input = request(`[tool.poetry.dependencies]
a = {path = "../a"}
b = {file = "dist/b-1-py3-none-any.whl"}
c = {url = "https://f.example/c-1-py3-none-any.whl"}
d = {git = "https://h.example/d.git", rev = "abc"}
e = {git = "git@h.example:x/e.git"}
`);
  assert.deepEqual(askedTexts(input.requirements), [
    "a @ file:///a",
    "b @ file:///p/dist/b-1-py3-none-any.whl",
    "c @ https://f.example/c-1-py3-none-any.whl",
    "d @ git+https://h.example/d.git@abc",
    "e @ git+git@h.example:x/e.git",
  ]);
});

test("sources have priorities, and a dependency may name one", () => {
  const sources = (...all: readonly string[]) =>
    all.map((line) => `[[tool.poetry.source]]\n${line.replaceAll(";", "\n")}\n`).join("");
  const input = request(
    `${sources('name="one";url="https://one.example"', 'name="two";url="https://two.example";priority="explicit"', 'name="three";url="https://three.example";priority="supplemental"')}[tool.poetry.dependencies]\na = {version = "1", source = "two"}\n`,
  );
  assert.deepEqual(
    input.indexes.map((index) => [index.name, index.explicit, index.default]),
    [
      ["one", false, true],
      ["two", true, false],
      ["three", false, false],
    ],
  );
  assert.deepEqual(
    input.sources.map(({ name, from }) => [name, from]),
    [["a", { kind: "index", index: "two" }]],
  );
  const beside = request(sources('name="one";url="https://one.example"', 'name="PyPI"'));
  assert.deepEqual(
    beside.indexes.map((index) => index.default),
    [false],
  );
});

test("beside [project] Poetry's table only says where packages come from", () => {
  const input = request(`[project]
name = "app"
requires-python = ">=3.10"
dependencies = ["torch>=2"]
[tool.poetry.dependencies]
python = "^3.11"
torch = {source = "own"}
[[tool.poetry.source]]
name = "own"
url = "https://own.example"
priority = "explicit"
`);
  assert.deepEqual(askedTexts(input.requirements), ["torch>=2"]);
  assert.deepEqual(
    input.sources.map(({ name, from }) => [name, from]),
    [["torch", { kind: "index", index: "own" }]],
  );
  assert.equal(input.requiresPython, ">=3.10");
  const dynamic = request(
    '[project]\nname = "app"\ndynamic = ["dependencies"]\n[tool.poetry.dependencies]\na = "^1"\n',
  );
  assert.deepEqual(askedTexts(dynamic.requirements), ["a<2,>=1"]);
});

test("an extra that names no dependency is passed over with a word, as in Poetry", () => {
  const input = request('[tool.poetry.dependencies]\na = "*"\n[tool.poetry.extras]\nx = ["nothing", "A"]\n');
  assert.deepEqual(askedTexts(input.extras["x"]), ["a"]);
  assert.match(input.warnings[0] ?? "", /the extra x names nothing/);
});

test("what Poetry would not read is told with its place", () => {
  assert.deepEqual(
    problems(`[tool.poetry.dependencies]
python = "snake"
a = "latest"
b = 3
c = {version = "1", python = "x.y"}
d = {markers = "os"}
e = {platform = "a b"}
"-" = "*"
[tool.poetry.extras]
x = "nothing"
[tool.poetry.group.one]
include-groups = ["two"]
[tool.poetry.group.two]
include-groups = ["one", "three"]
`).map((text) => text.replace(/^INPUT_INVALID /, "")),
    [
      '3:5+8 "latest" is no version constraint',
      "4:5+1 tool.poetry.dependencies.b must be a constraint or a table",
      '5:30+5 "x.y" is no set of Python versions',
      '6:17+1 "os" is no marker: expected a marker variable or a quoted string',
      '7:17+5 "a b" is no platform',
      '8:7+3 "-" is no name of a package',
      '2:10+7 "snake" is no set of Python versions',
      "10:5+9 tool.poetry.extras.x must be an array, not a string",
      "14:19+5 groups include each other in a circle: one → two → one",
      "14:26+7 the group two includes three, which is not there",
    ],
  );
});
