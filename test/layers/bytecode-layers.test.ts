import assert from "node:assert/strict";
import { test } from "node:test";
import { type BytecodeChoice, bytecodeSlots, planBytecodeLayers } from "../../src/layers/bytecode-layers.ts";
import { isTest } from "../../src/layers/bytecode-scope.ts";
import { layerKey } from "../../src/layers/key.ts";
import type { DebSource, LayerRecipe, WheelSource } from "../../src/layers/recipe.ts";
import type { LayerContext } from "../../src/layers/wheel-layers.ts";
import { SCHEME } from "../support/assemble.ts";

const CONTEXT: LayerContext = {
  scheme: SCHEME,
  codec: { name: "none", level: 0, fingerprint: "none" },
  mtime: 0,
  directories: [],
};
const CHOICE: BytecodeChoice = { scope: "entry", python: "3.11", compiler: "c1", without: ["nvidia-*"] };

function wheel(name: string, megabytes: number, tag = "py3-none-any"): WheelSource {
  const filename = `${name}-1.0-${tag}.whl`;
  const sha256 = Buffer.from(filename).toString("hex").padEnd(64, "0").slice(0, 64);
  return { type: "wheel", name, version: "1.0", filename, sha256, size: megabytes * 2 ** 20 };
}

function deb(name: string, below?: true): DebSource {
  const more = below === undefined ? {} : { below };
  return {
    type: "deb",
    package: name,
    version: "1",
    architecture: "amd64",
    filename: `${name}.deb`,
    sha256: "a".repeat(64),
    size: 1,
    ...more,
  };
}

const PYTHON: LayerRecipe = {
  kind: "python",
  title: "python",
  packages: [],
  sources: [deb("libc6", true), deb("libpython3.11-stdlib"), deb("python3.11-minimal"), deb("libssl3")],
  ...CONTEXT,
};
const WHEELS = [
  wheel("transformers", 13),
  wheel("torch", 900, "cp311-cp311-manylinux_2_28_x86_64"),
  wheel("nvidia-cublas", 600, "py3-none-manylinux_2_27_x86_64"),
  ...Array.from({ length: 30 }, (_, n) => wheel(`small${n}`, 0.1)),
];

function titles(recipes: readonly LayerRecipe[]): readonly string[] {
  return recipes.map(({ title }) => title);
}

test("the standard library, big wheels and a few groups of the others have layers", () => {
  const recipes = planBytecodeLayers(CHOICE, WHEELS, [PYTHON], CONTEXT, 8);
  assert.deepEqual(titles(recipes), [
    "bytecode of Python 3.11",
    "bytecode of torch",
    "bytecode of transformers",
    "bytecode of packages 1 of 3",
    "bytecode of packages 2 of 3",
    "bytecode of packages 3 of 3",
  ]);
  assert.deepEqual(recipes[0]?.packages, ["libpython3.11-stdlib=1", "python3.11-minimal=1"]);
  const compiled = recipes.slice(1).flatMap(({ sources }) => sources.map((one) => one.type === "bytecode" && one.of));
  assert.equal(compiled.length, WHEELS.length - 1);
  assert.ok(recipes.every(({ kind }) => kind === "bytecode"));
});

test("there are never more layers of bytecode than are kept free for it", () => {
  for (const budget of [1, 8, 16, 48, 72, 125]) {
    const slots = bytecodeSlots(budget);
    const many = [...WHEELS, ...Array.from({ length: 50 }, (_, n) => wheel(`big${n}`, 10))];
    assert.ok(planBytecodeLayers(CHOICE, many, [PYTHON], CONTEXT, slots).length <= slots, `budget ${budget}`);
  }
});

test("one small wheel more changes one layer, and the order of the wheels none", () => {
  const keys = (wheels: readonly WheelSource[]) =>
    planBytecodeLayers(CHOICE, wheels, [PYTHON], CONTEXT, 8).map((recipe) => layerKey(recipe));
  const before = keys(WHEELS);
  assert.deepEqual(keys([...WHEELS].reverse()), before);
  const after = new Set(keys([...WHEELS, wheel("another", 0.2)]));
  assert.equal(before.filter((key) => !after.has(key)).length, 1);
});

test("the key of bytecode knows the compiler, the Python, the scheme and what is left out", () => {
  const key = (choice: BytecodeChoice, context: LayerContext = CONTEXT) => {
    const [recipe] = planBytecodeLayers(choice, [wheel("demo", 0.1)], [], context, 8);
    return recipe === undefined ? "" : layerKey(recipe);
  };
  const elsewhere = { ...CONTEXT, scheme: { ...SCHEME, site: "opt/site" } };
  const keys = [
    key(CHOICE),
    key({ ...CHOICE, compiler: "c2" }),
    key({ ...CHOICE, python: "3.12" }),
    key({ ...CHOICE, scope: "all" }),
    key(CHOICE, elsewhere),
  ];
  assert.equal(new Set(keys).size, keys.length);
});

test("stdlib leaves the wheels alone, and a wheel in parts has its bytecode once", () => {
  assert.deepEqual(titles(planBytecodeLayers({ ...CHOICE, scope: "stdlib" }, WHEELS, [PYTHON], CONTEXT, 8)), [
    "bytecode of Python 3.11",
  ]);
  const parts = [0, 1, 2].map((index) => ({ ...wheel("torch", 900), part: { index, count: 3 } }));
  const recipes = planBytecodeLayers(CHOICE, parts, [], CONTEXT, 8);
  assert.deepEqual(
    recipes.map(({ packages }) => packages),
    [["torch==1.0"]],
  );
});

test("tests are what lies in a folder of them", () => {
  for (const path of ["tests/a.py", "x/test/a.py", "x/tests/y/__init__.py"]) assert.ok(isTest(path), path);
  for (const path of ["testing/a.py", "x/_testing.py", "x/test.py", "latest/a.py"]) assert.ok(!isTest(path), path);
});
