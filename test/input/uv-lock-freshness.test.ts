import assert from "node:assert/strict";
import { test } from "node:test";
import { readPyproject } from "../../src/input/pyproject.ts";
import { isRequest } from "../../src/input/request.ts";
import { uvLockStale } from "../../src/input/uv-lock-freshness.ts";

const LOCK = `version = 1
requires-python = ">=3.10"
[[package]]
name = "demo"
source = { virtual = "." }
[package.metadata]
requires-dist = [
  { name = "web", extras = ["b", "a"], specifier = ">=1,<2" },
  { name = "core", marker = "extra == 'fast'" },
  { name = "own", git = "https://git.example/own" },
]
`;

function staleness(dependencies: string, extra = '"core"', more = ""): string | undefined {
  const text = `[project]\nname = "demo"\nversion = "1"\ndependencies = [${dependencies}]
[project.optional-dependencies]\nfast = [${extra}]\n[tool.uv.sources]\nown = { git = "https://git.example/own" }\n${more}`;
  const project = readPyproject(text, { file: "/w/pyproject.toml", readInclude: () => undefined, environment: {} });
  assert.ok(isRequest(project));
  return uvLockStale({ file: "/w/uv.lock", text: LOCK }, "", project);
}

test("a uv.lock suits the project that it was made from, however that is written", () => {
  assert.equal(staleness('"web[a,b]<2,>=1", "own"'), undefined);
  assert.equal(staleness('"Web[B,A] >=1, <2.0", "own>=1"'), undefined);
});

test("a requirement that came, went or changed is named", () => {
  assert.match(staleness('"web[a,b]<2,>=1", "own", "more"') ?? "", /^more is asked for now$/);
  assert.match(staleness('"own", "web[a,b]<2,>=1"', "") ?? "", /^core is no longer asked for$/);
  assert.match(staleness('"web[a,b]<3,>=1", "own"') ?? "", /web\[a,b\]<3,>=1 is asked for now/);
  assert.match(staleness('"web[a]<2,>=1", "own"') ?? "", /web\[a\]<2,>=1 is asked for now/);
});
