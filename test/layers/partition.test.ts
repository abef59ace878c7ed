import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { partitionWheels } from "../../src/layers/partition.ts";
import { decodePolicy, type LayerPolicy } from "../../src/layers/policy.ts";
import type { WheelGroup } from "../../src/layers/wheel-group.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";
import { families, locked, policy } from "./fixtures.ts";

fc.configureGlobal({ seed: 1 });

const MB = 1_000_000;

// Most wheels are small, a few are huge.
const sizeArbitrary = fc.oneof(
  fc.integer({ min: 1000, max: 2 * MB }),
  fc.integer({ min: 1000, max: 2 * MB }),
  fc.integer({ min: MB, max: 900 * MB }),
);
const packageArbitrary = fc
  .tuple(fc.integer({ min: 0, max: 400 }), sizeArbitrary)
  .map(([id, size]) => locked(`pkg-${id}`, size));
const lockArbitrary = fc.uniqueArray(packageArbitrary, { selector: (item) => item.name, maxLength: 120 });
const slotsArbitrary = fc.integer({ min: 1, max: 80 });

function layersOf(packages: readonly LockedPackage[], slots: number, rule: LayerPolicy = policy("auto")) {
  return partitionWheels(packages, rule, families, slots);
}

function contents(groups: readonly WheelGroup[]): readonly string[] {
  return groups.map(({ packages, part }) => `${packages.map((item) => item.wheel.sha256).join()} ${part?.index ?? ""}`);
}

function namesOf(groups: readonly WheelGroup[]): readonly (readonly string[])[] {
  return groups.map(({ packages }) => packages.map(({ name }) => name));
}

function fresh(after: readonly WheelGroup[], before: readonly WheelGroup[]): number {
  const known = new Set(contents(before));
  return contents(after).filter((content) => !known.has(content)).length;
}

test("every wheel is in exactly one layer and the layers to be had are not passed", () => {
  fc.assert(
    fc.property(lockArbitrary, slotsArbitrary, (packages, slots) => {
      const groups = layersOf(packages, slots);
      assert.deepEqual(groups.flatMap((group) => group.packages.map(({ name }) => name)).sort(), nameList(packages));
      assert.ok(groups.length <= slots, `${groups.length} layers for ${slots}`);
      assert.ok(groups.every((group) => group.packages.length > 0));
    }),
    { numRuns: 3000 },
  );
});

test("a project of 300 packages stays under the budget", () => {
  fc.assert(
    fc.property(fc.array(sizeArbitrary, { minLength: 300, maxLength: 300 }), (sizes) => {
      const packages = sizes.map((size, at) => locked(`pkg-${at}`, size));
      assert.ok(layersOf(packages, 60).length <= 60);
    }),
    { numRuns: 100 },
  );
});

test("the plan does not depend on the order of the lock", () => {
  fc.assert(
    fc.property(lockArbitrary, slotsArbitrary, fc.nat(), (packages, slots, turn) => {
      const at = packages.length === 0 ? 0 : turn % packages.length;
      const turned = [...packages.slice(at), ...packages.slice(0, at)].reverse();
      assert.deepEqual(contents(layersOf(turned, slots)), contents(layersOf(packages, slots)));
    }),
    { numRuns: 1500 },
  );
});

test("one package more or less changes at most two layers", () => {
  fc.assert(
    fc.property(lockArbitrary, packageArbitrary, slotsArbitrary, (packages, extra, slots) => {
      fc.pre(packages.every((item) => item.name !== extra.name));
      const [less, more] = [layersOf(packages, slots), layersOf([...packages, extra], slots)];
      assert.ok(fresh(more, less) >= 1 && fresh(more, less) <= 2, `${fresh(more, less)} new layers`);
      assert.ok(fresh(less, more) <= 2, `${fresh(less, more)} new layers without it`);
    }),
    { numRuns: 2500 },
  );
});

test("a package by another name changes at most the layers that the two are in", () => {
  fc.assert(
    fc.property(lockArbitrary, fc.nat(), slotsArbitrary, (packages, pick, slots) => {
      fc.pre(packages.length > 0);
      const at = pick % packages.length;
      const renamed = packages.map((item, index) => (index === at ? locked("renamed", item.wheel.size) : item));
      assert.ok(fresh(layersOf(renamed, slots), layersOf(packages, slots)) <= 2);
    }),
    { numRuns: 1500 },
  );
});

test("no layer but a single wheel's part passes the largest size, and parts depend on their wheel only", () => {
  fc.assert(
    fc.property(lockArbitrary, fc.integer({ min: 2, max: 400 }), (packages, size) => {
      const rule = policy("auto", { maxLayerSize: size * MB });
      for (const { packages: wheels, part } of layersOf(packages, 60, rule)) {
        const bytes = wheels.reduce((sum, item) => sum + item.wheel.size, 0);
        if (part === undefined) assert.ok(bytes <= size * MB);
        else assert.deepEqual([wheels.length, part.count], [1, Math.ceil(bytes / (size * MB))]);
      }
    }),
    { numRuns: 500 },
  );
});

test("parts of wheels count as layers", () => {
  const packages = [locked("torch", 800 * MB), ...Array.from({ length: 100 }, (_, at) => locked(`p${at}`, 5 * MB))];
  const groups = layersOf(packages, 60, policy("auto", { maxLayerSize: 100 * MB }));
  assert.ok(groups.length > 50 && groups.length <= 60, `${groups.length} layers`);
  assert.deepEqual(
    groups.slice(0, 3).map(({ title }) => title),
    ["torch, part 1 of 8", "torch, part 2 of 8", "torch, part 3 of 8"],
  );
});

test("groups, pins and the order of a file are kept to", () => {
  const rule = decodePolicy(
    'groups:\n  - {name: cuda, packages: ["nvidia-*"]}\npin: [tiny]\norder: [tiny, "packages*"]\nbudget: 40\n',
    "mine.yaml",
  );
  const packages = [
    locked("tiny", 10),
    locked("small", 20),
    locked("nvidia-a", 300 * MB),
    locked("nvidia-b", 5),
    locked("numpy", 17 * MB),
  ];
  const groups = layersOf(packages, 40, rule);
  assert.deepEqual(namesOf(groups), [["tiny"], ["small"], ["nvidia-a", "nvidia-b"], ["numpy"]]);
  assert.deepEqual(
    groups.map(({ reason }) => reason.by),
    ["pin", "bucket", "group", "size"],
  );
});

test("families stay together where the policy says so", () => {
  const packages = [locked("boto3", 100), locked("botocore", 13 * MB), locked("numpy", 17 * MB)];
  const rule = decodePolicy("families: together\n", "mine.yaml");
  assert.deepEqual(namesOf(layersOf(packages, 40, rule)), [["numpy"], ["boto3", "botocore"]]);
});

test("a list of Bazel's Python rules works as it is", () => {
  const packages = ["torch", "torchvision", "nvidia-cublas-cu12", "numpy", "zope-interface"].map((name) =>
    locked(name, 1000),
  );
  const expected = [["numpy"], ["nvidia-cublas-cu12"], ["torch", "torchvision"], ["zope-interface"]];
  for (const text of [
    'layer_groups:\n  torch: "pip_deps_torch.*"\n  nvidia: "pip_deps_nvidia.*"\n  numpy: "pip_deps_numpy"\n',
    'groups:\n  torch: "\\\\.runfiles/.*pypi_311_torch.*"\n  nvidia: ".*site-packages/nvidia.*/"\n  numpy: [numpy]\n',
    'groups:\n  "@pip//torch": torch\n  "@pip//torchvision": torch\n  "@@pip//nvidia_cublas_cu12:pkg": cuda\n  "@pip//numpy": numpy\n',
  ]) {
    const groups = layersOf(packages, 40, decodePolicy(`${text}wheels: one\n`, "tier.yaml"));
    assert.deepEqual([...namesOf(groups)].sort(), expected, text);
  }
});

test("a pattern for files within a package is refused with its place", () => {
  for (const pattern of ["@pip//torch:*.so", ".*site-packages/torch/lib/.*", "not a name"]) {
    assert.throws(() => decodePolicy(`groups:\n  big: ${JSON.stringify(pattern)}\n`, "tier.yaml"), {
      code: "CONFIG_INVALID",
      message: /is no pattern of package names/,
    });
  }
});

function nameList(packages: readonly LockedPackage[]): readonly string[] {
  return packages.map(({ name }) => name).sort();
}
