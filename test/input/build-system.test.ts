import assert from "node:assert/strict";
import { test } from "node:test";
import { readBuildSystem } from "../../src/input/build-system.ts";

const read = (text: string | undefined) => readBuildSystem("pyproject.toml", text);

test("a project that says nothing is built by setuptools as setup.py always was", () => {
  const legacy = {
    requires: ["setuptools>=40.8.0"],
    backend: "setuptools.build_meta:__legacy__",
    path: [],
  };
  assert.deepEqual(read(undefined), legacy);
  assert.deepEqual(read("[project]\nname = 'a'\n"), legacy);
  assert.deepEqual(read("[build-system]\nrequires = ['wheel']\n"), { ...legacy, requires: ["wheel"] });
});

test("requirements, backend and its path are read as they are", () => {
  const text =
    "[build-system]\nrequires = ['hatchling', 'x>1']\nbuild-backend = 'own:make.it'\nbackend-path = ['tools']\n";
  assert.deepEqual(read(text), { requires: ["hatchling", "x>1"], backend: "own:make.it", path: ["tools"] });
});

test("what would run something else than a backend of the project is refused with its place", () => {
  const refused = (line: string, message: RegExp) =>
    assert.throws(() => read(`[build-system]\nrequires = []\n${line}\n`), { code: "INPUT_INVALID", message });
  refused("build-backend = 'a b'", /"a b" is no backend/);
  refused("build-backend = 'os;x'", /is no backend/);
  refused("backend-path = ['../tools']", /backend-path leaves the project/);
  refused("backend-path = ['/tools']", /backend-path leaves the project/);
  assert.throws(() => read("[build-system]\n"), { code: "INPUT_INVALID", message: /requires/ });
});
