import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { familyFinder } from "../../src/layers/family-finder.ts";
import { layerKey } from "../../src/layers/key.ts";
import { planWheelLayers } from "../../src/layers/wheel-layers.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";
import { context, families, locked, packagesOf, policy } from "./fixtures.ts";

fc.configureGlobal({ seed: 1 });

const MB = 1_000_000;
const familyOf = familyFinder(families);

const packageArbitrary = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 0, max: 400 }).map((id) => `pkg-${id}`),
      fc.integer({ min: 0, max: 20 }).map((id) => `nvidia-lib${id}`),
      fc.constantFrom("torch", "torchvision", "triton", "jax", "jaxlib", "boto3", "botocore", "keras"),
    ),
    // Most wheels are small, a few are huge.
    fc.oneof(fc.integer({ min: 1000, max: 3 * MB }), fc.integer({ min: MB, max: 900 * MB })),
  )
  .map(([name, size]) => locked(name, size));

const lockArbitrary = fc.uniqueArray(packageArbitrary, { selector: (item) => item.name, maxLength: 150 });

function keysOf(packages: readonly LockedPackage[], budget: number): readonly string[] {
  return planWheelLayers(packages, policy("auto", { budget }), families, context()).recipes.map(layerKey);
}

test("every wheel is in exactly one layer and the budget holds", () => {
  fc.assert(
    fc.property(lockArbitrary, fc.integer({ min: 1, max: 80 }), (packages, budget) => {
      const { recipes } = planWheelLayers(packages, policy("auto", { budget }), families, context());
      assert.deepEqual(packagesOf(recipes), packages.map((item) => `${item.name}==1.0`).sort());
      assert.ok(recipes.length <= Math.max(1, budget - 4), `${recipes.length} layers for a budget of ${budget}`);
      assert.ok(recipes.every((recipe) => recipe.sources.length > 0));
    }),
    { numRuns: 60 },
  );
});

test("the plan does not depend on the order of the lock", () => {
  fc.assert(
    fc.property(lockArbitrary, fc.integer({ min: 5, max: 60 }), fc.nat(), (packages, budget, turn) => {
      const turned = packages.map((_, at) => packages[(at + turn) % packages.length] ?? packages[0]);
      const mixed = turned.filter((item) => item !== undefined).reverse();
      assert.deepEqual(keysOf(mixed, budget), keysOf(packages, budget));
    }),
    { numRuns: 60 },
  );
});

test("one package more changes at most two layers", () => {
  fc.assert(
    fc.property(lockArbitrary, packageArbitrary, fc.constantFrom(28, 48, 64), (packages, extra, budget) => {
      fc.pre(packages.every((item) => item.name !== extra.name));
      const before = new Set(keysOf(packages, budget));
      const fresh = keysOf([...packages, extra], budget).filter((key) => !before.has(key));
      assert.ok(fresh.length >= 1 && fresh.length <= 2, `${fresh.length} new layers`);
    }),
    { numRuns: 150 },
  );
});

test("with very few layers one package more changes at most three, outside families two", () => {
  fc.assert(
    fc.property(lockArbitrary, packageArbitrary, fc.integer({ min: 5, max: 20 }), (packages, extra, budget) => {
      fc.pre(packages.every((item) => item.name !== extra.name));
      const before = new Set(keysOf(packages, budget));
      const fresh = keysOf([...packages, extra], budget).filter((key) => !before.has(key));
      assert.ok(fresh.length <= (familyOf(extra.name) === undefined ? 2 : 3), `${fresh.length} new layers`);
    }),
    { numRuns: 100 },
  );
});

test("a new version of one wheel changes its layer alone", () => {
  const packages = Array.from({ length: 60 }, (_, id) => locked(`pkg-${id}`, (id + 1) * 200_000));
  const bumped = packages.map((item) => (item.name === "pkg-7" ? locked("pkg-7", item.wheel.size, "2.0") : item));
  const before = new Set(keysOf(packages, 48));
  assert.equal(keysOf(bumped, 48).filter((key) => !before.has(key)).length, 1);
});

test("big wheels come first and alone, a family's small ones together, the tail in buckets", () => {
  const { recipes } = planWheelLayers(
    [
      locked("torch", 800 * MB),
      locked("nvidia-cudnn-cu13", 550 * MB),
      locked("nvidia-nvtx", 90_000),
      locked("nvidia-cufile", 1_200_000),
      locked("numpy", 17 * MB),
      locked("idna", 70_000),
      locked("six", 11_000),
    ],
    policy("auto"),
    families,
    context(),
  );
  assert.deepEqual(
    recipes.slice(0, 4).map((recipe) => [recipe.kind, recipe.title, recipe.packages]),
    [
      ["package", "torch", ["torch==1.0"]],
      ["package", "nvidia-cudnn-cu13", ["nvidia-cudnn-cu13==1.0"]],
      ["package", "numpy", ["numpy==1.0"]],
      ["package", "nvidia", ["nvidia-cufile==1.0", "nvidia-nvtx==1.0"]],
    ],
  );
  assert.deepEqual(packagesOf(recipes.slice(4)), ["idna==1.0", "six==1.0"]);
  assert.ok(recipes.slice(4).every((recipe) => recipe.kind === "bucket" && /^packages \d\/8$/.test(recipe.title)));
});

test("few layers keep a family whole", () => {
  const wheels = ["a", "b", "c", "d"].map((name) => locked(`nvidia-${name}`, 300 * MB));
  const { recipes } = planWheelLayers(
    [...wheels, locked("numpy", 17 * MB)],
    policy("auto", { budget: 8 }),
    families,
    context(),
  );
  assert.equal(recipes[0]?.title, "nvidia");
  assert.equal(recipes[0]?.sources.length, 4);
});

test("policy one makes one layer, per-package one a wheel", () => {
  const packages = Array.from({ length: 90 }, (_, id) => locked(`pkg-${id}`, 1000 + id));
  assert.equal(planWheelLayers(packages, policy("one"), families, context()).recipes.length, 1);
  assert.equal(planWheelLayers(packages, policy("per-package"), families, context()).recipes.length, 90);
  assert.deepEqual(planWheelLayers([], policy("one"), families, context()).recipes, []);
});

test("more than a hundred layers warn and more than 125 are refused with the numbers", () => {
  const packages = Array.from({ length: 122 }, (_, id) => locked(`pkg-${id}`, 1000 + id));
  const each = policy("per-package");
  assert.deepEqual(planWheelLayers(packages.slice(0, 96), each, families, context()).warnings, []);
  assert.match(planWheelLayers(packages.slice(0, 97), each, families, context()).warnings[0] ?? "", /101 layers/);
  assert.equal(planWheelLayers(packages.slice(0, 121), each, families, context()).recipes.length, 121);
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
    planWheelLayers(
      [locked("numpy", 17 * MB)],
      policy("auto"),
      families,
      context({ directories: [{ type: "directory", path, mode }] }),
    ).recipes.map(layerKey)[0];
  const plain = plan("app", 0o755);
  assert.equal(plan("tmp", 0o1777), plain);
  assert.notEqual(plan("app", 0o700), plain);
});

test("what a package leaves to another one stands in its source and its key", () => {
  const excludes = new Map([["opencv-python", ["z", "a"]]]);
  const packages = [locked("opencv-python", 60 * MB)];
  const [plain] = planWheelLayers(packages, policy("auto"), families, context()).recipes;
  const [cut] = planWheelLayers(packages, policy("auto"), families, context({ excludes })).recipes;
  assert.ok(plain !== undefined && cut !== undefined);
  assert.deepEqual(
    cut.sources.map((source) => source.type === "wheel" && source.exclude),
    [["a", "z"]],
  );
  assert.notEqual(layerKey(cut), layerKey(plain));
});
