import assert from "node:assert/strict";
import { test } from "node:test";
import type { BytecodeChoice } from "../../src/layers/bytecode-layers.ts";
import type { BytecodeScope } from "../../src/layers/bytecode-scope.ts";
import { bytecodeKey, layerKey } from "../../src/layers/key.ts";
import type { ProjectSource } from "../../src/layers/project.ts";
import { planProjectBytecode } from "../../src/layers/project-bytecode.ts";
import type { DirectorySource, LayerRecipe } from "../../src/layers/recipe.ts";
import type { LayerContext } from "../../src/layers/wheel-layers.ts";
import { SCHEME } from "../support/assemble.ts";

const CONTEXT: LayerContext = {
  scheme: SCHEME,
  codec: { name: "none", level: 0, fingerprint: "none" },
  mtime: 0,
  directories: [],
};
const MANY = 2 ** 19;

function file(path: string, size: number, sha256 = "a"): ProjectSource {
  return { type: "file", path, mode: 0o644, size, sha256: sha256.repeat(64) };
}

function plan(project: readonly ProjectSource[], scope: BytecodeScope = "entry", context = CONTEXT, slots = 8) {
  const choice: BytecodeChoice = { scope, python: "3.11", compiler: "c1", without: [] };
  return planProjectBytecode(choice, project, context, slots);
}

function paths([recipe]: readonly LayerRecipe[]): readonly string[] {
  return (recipe?.sources ?? []).flatMap((source) =>
    source.type === "bytecode" && source.of.type === "modules" ? source.of.files.map(({ path }) => path) : [],
  );
}

test("many modules of the project have one layer, without what is no module and without tests", () => {
  const project: readonly ProjectSource[] = [
    file("app/shop/b.py", MANY),
    file("app/shop/a.py", 0),
    file("app/shop/data.json", 10),
    file("app/tests/test_b.py", 10),
    { type: "text", path: "app/made.py", mode: 0o644, text: "x = 1\n" },
    { type: "symlink", path: "app/linked.py", target: "shop/a.py" },
  ];
  assert.deepEqual(paths(plan(project)), ["app/shop/a.py", "app/shop/b.py"]);
  assert.deepEqual(paths(plan(project, "all")), ["app/shop/a.py", "app/shop/b.py", "app/tests/test_b.py"]);
  assert.deepEqual(plan(project, "stdlib"), []);
  assert.equal(plan(project).length, 1);
  assert.deepEqual(plan(project, "entry", CONTEXT, 2), []);
});

test("a few modules have none, unless all bytecode is wanted", () => {
  const few = [file("app/a.py", MANY - 1), file("app/tests/test_a.py", MANY)];
  assert.deepEqual(plan(few), []);
  assert.deepEqual(paths(plan(few, "all")), ["app/a.py", "app/tests/test_a.py"]);
  assert.deepEqual(plan([file("app/data.json", MANY), file("app/empty.py", 0)], "all"), []);
});

test("the key of the project's bytecode knows its modules and their paths, and nothing of its other files", () => {
  const key = (...project: readonly ProjectSource[]) => plan(project).map((recipe) => layerKey(recipe))[0];
  const module = file("app/a.py", MANY);
  const before = key(module);
  assert.equal(key(file("app/b.json", 1), module), before);
  assert.notEqual(key(file("app/a.py", MANY, "b")), before);
  assert.notEqual(key(file("app/b.py", MANY)), before);
  const packs = [module, file("app/b.py", MANY)].flatMap((one) =>
    plan([one]).flatMap(({ sources }) =>
      sources.map((source) => (source.type === "bytecode" ? bytecodeKey(source, SCHEME) : "")),
    ),
  );
  assert.equal(new Set(packs).size, 2);
});

test("folders of the base keep their attributes below the project's bytecode", () => {
  const shared: DirectorySource = { type: "directory", path: "srv", mode: 0o775, gid: 5 };
  const other: DirectorySource = { type: "directory", path: "tmp", mode: 0o1777 };
  const context = { ...CONTEXT, directories: [shared, other] };
  assert.deepEqual(plan([file("srv/shop/a.py", MANY)], "entry", context)[0]?.directories, [shared]);
});
