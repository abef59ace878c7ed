import assert from "node:assert/strict";
import { test } from "node:test";
import { layerKey } from "../../src/layers/key.ts";
import type { LayerPolicy } from "../../src/layers/policy.ts";
import type { LayerRecipe } from "../../src/layers/recipe.ts";
import { planWheelLayers, type WheelLayerContext } from "../../src/layers/wheel-layers.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";
import { context, families, locked, packagesOf, policy } from "./fixtures.ts";

const MB = 1_000_000;

function recipesOf(
  packages: readonly LockedPackage[],
  rule: LayerPolicy,
  changes: Partial<WheelLayerContext> = {},
): readonly LayerRecipe[] {
  return planWheelLayers(packages, rule, families, context(changes)).layers.map(({ recipe }) => recipe);
}

test("a new version of one wheel changes its layer alone", () => {
  const packages = Array.from({ length: 60 }, (_, id) => locked(`pkg-${id}`, (id + 1) * 200_000));
  const bumped = packages.map((item) => (item.name === "pkg-7" ? locked("pkg-7", item.wheel.size, "2.0") : item));
  const before = new Set(recipesOf(packages, policy("auto")).map(layerKey));
  const after = recipesOf(bumped, policy("auto")).map(layerKey);
  assert.equal(after.filter((key) => !before.has(key)).length, 1);
});

test("big wheels come first and alone, the tail in buckets", () => {
  const wheels = [
    locked("torch", 800 * MB),
    locked("nvidia-cudnn-cu13", 550 * MB),
    locked("numpy", 17 * MB),
    locked("idna", 70_000),
    locked("six", 11_000),
  ];
  const recipes = recipesOf(wheels, policy("auto"));
  assert.deepEqual(
    recipes.slice(0, 3).map((recipe) => [recipe.kind, recipe.title, recipe.packages]),
    [
      ["package", "torch", ["torch==1.0"]],
      ["package", "nvidia-cudnn-cu13", ["nvidia-cudnn-cu13==1.0"]],
      ["package", "numpy", ["numpy==1.0"]],
    ],
  );
  assert.deepEqual(packagesOf(recipes.slice(3)), ["idna==1.0", "six==1.0"]);
  assert.ok(recipes.slice(3).every((recipe) => recipe.kind === "bucket" && /^packages \d+ of 16$/.test(recipe.title)));
});

test("policy one makes one layer, per-package one a wheel, classic two", () => {
  const packages = Array.from({ length: 90 }, (_, id) => locked(`pkg-${id}`, 1000 + id * 200_000));
  assert.equal(recipesOf(packages, policy("one")).length, 1);
  assert.equal(recipesOf(packages, policy("per-package")).length, 90);
  assert.deepEqual(recipesOf([], policy("one")), []);
  assert.deepEqual(
    recipesOf(packages, policy("classic")).map(({ title, packages: { length } }) => [title, length]),
    [
      ["heavy packages", 48],
      ["packages", 42],
    ],
  );
});

test("more than a hundred layers warn and more than 125 are refused with the numbers", () => {
  const packages = Array.from({ length: 122 }, (_, id) => locked(`pkg-${id}`, 1000 + id));
  const each = policy("per-package");
  assert.deepEqual(planWheelLayers(packages.slice(0, 96), each, families, context()).warnings, []);
  assert.match(planWheelLayers(packages.slice(0, 97), each, families, context()).warnings[0] ?? "", /101 layers/);
  assert.equal(planWheelLayers(packages.slice(0, 121), each, families, context()).layers.length, 121);
  assert.throws(() => planWheelLayers(packages, each, families, context()), {
    code: "LAYER_LIMIT",
    message: /126 layers \(1 of the base, 3 of our own, 122 of wheels\)/,
    hint: /--max-layers/,
  });
  assert.throws(() => planWheelLayers(packages.slice(0, 1), policy("auto"), families, context({ baseLayers: 130 })), {
    code: "LAYER_LIMIT",
    hint: /base with fewer/,
  });
});

test("a wheel's layer is the same on every base whose directories have the usual attributes", () => {
  const plan = (path: string, mode: number) =>
    recipesOf([locked("numpy", 17 * MB)], policy("auto"), { directories: [{ type: "directory", path, mode }] }).map(
      layerKey,
    )[0];
  const plain = plan("app", 0o755);
  assert.equal(plan("tmp", 0o1777), plain);
  assert.notEqual(plan("app", 0o700), plain);
});

test("what a package leaves to another one stands in its source and its key", () => {
  const excludes = new Map([["opencv-python", ["z", "a"]]]);
  const packages = [locked("opencv-python", 60 * MB)];
  const [plain] = recipesOf(packages, policy("auto"));
  const [cut] = recipesOf(packages, policy("auto"), { excludes });
  assert.ok(plain !== undefined && cut !== undefined);
  assert.deepEqual(
    cut.sources.map((source) => source.type === "wheel" && source.exclude),
    [["a", "z"]],
  );
  assert.notEqual(layerKey(cut), layerKey(plain));
});
