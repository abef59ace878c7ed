import assert from "node:assert/strict";
import { test } from "node:test";
import { readPyproject } from "../../src/input/pyproject.ts";
import { isRequest } from "../../src/input/request.ts";
import { inputsText } from "../../src/resolve/inputs-text.ts";

function textOf(pyproject: string, folder = "/work"): string {
  const context = { file: `${folder}/pyproject.toml`, readInclude: () => undefined, environment: {} };
  const request = readPyproject(pyproject, context);
  assert.ok(isRequest(request));
  return inputsText(request);
}

const BASE = `[project]
name = "demo"
version = "1"
dependencies = ["web>=1", "core"]
[project.optional-dependencies]
fast = ["speed"]
`;

test("what a project asks for is one text, wherever it lies and however it is written", () => {
  const same = [
    BASE.replace('version = "1"', 'version = "2"'),
    BASE.replace('["web>=1", "core"]', '[\n  "Core",\n  "web >= 1",\n]'),
    `${BASE}[project.scripts]\nrun = "demo:main"\n`,
  ];
  for (const text of same) assert.equal(textOf(text), textOf(BASE));
  const local = BASE.replace('"core"', '"core @ file:./core-1-py3-none-any.whl"');
  assert.equal(textOf(local, "/elsewhere"), textOf(local));
  const login = (user: string) =>
    BASE.replace('"core"', `"core @ https://${user}@index.example/core-1-py3-none-any.whl"`);
  assert.equal(textOf(login("a:b")), textOf(login("c:d")));
});

test("every change of what is asked for changes the text", () => {
  const changed = [
    BASE.replace(">=1", ">=2"),
    BASE.replace('"core"', '"core[x]"'),
    BASE.replace('"core"', "\"core; python_version > '3'\""),
    BASE.replace("fast =", "quick ="),
    BASE.replace('version = "1"', 'version = "1"\nrequires-python = ">=3.9"'),
    `${BASE}[dependency-groups]\ndev = ["check"]\n`,
    `${BASE}[tool.uv]\nprerelease = "allow"\n`,
    `${BASE}[tool.uv]\noverride-dependencies = ["core==1"]\n`,
    `${BASE}[tool.uv]\nconstraint-dependencies = ["core==1"]\n`,
    `${BASE}[[tool.uv.index]]\nname = "own"\nurl = "https://index.example/simple/"\n`,
  ];
  assert.equal(new Set([BASE, ...changed].map((text) => textOf(text))).size, changed.length + 1);
});
