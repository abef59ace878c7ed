import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { layerKey } from "../../src/layers/key.ts";
import { decodePolicy, type LayerPolicy } from "../../src/layers/policy.ts";
import { writePolicy } from "../../src/layers/policy-writer.ts";
import { planWheelLayers } from "../../src/layers/wheel-layers.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";
import { context, families, locked, policy } from "./fixtures.ts";

fc.configureGlobal({ seed: 1 });

const MB = 1_000_000;

const lockArbitrary = fc.uniqueArray(
  fc
    .tuple(fc.integer({ min: 0, max: 400 }), fc.oneof(fc.nat(MB), fc.integer({ min: MB, max: 300 * MB })))
    .map(([id, size]) => locked(`pkg-${id}`, size)),
  { selector: (item) => item.name, maxLength: 80 },
);

function layersOf(packages: readonly LockedPackage[], rule: LayerPolicy) {
  return planWheelLayers(packages, rule, families, context()).layers;
}

test("a policy that was written from a plan gives the plan again", () => {
  const rules = [
    policy("auto"),
    policy("auto", { budget: 12, maxLayerSize: 50 * MB }),
    policy("classic"),
    policy("one"),
    policy("auto", { groups: [{ name: "pkg-7", packages: ["pkg-2*"] }] }),
    policy("auto", { pin: ["pkg-1*"], order: ["packages*"], families: true }),
  ];
  fc.assert(
    fc.property(lockArbitrary, fc.constantFrom(...rules), (packages, rule) => {
      const layers = layersOf(packages, rule);
      const again = layersOf(packages, decodePolicy(writePolicy(layers, rule), "plan.yaml"));
      assert.deepEqual(
        again.map(({ recipe }) => layerKey(recipe)),
        layers.map(({ recipe }) => layerKey(recipe)),
      );
    }),
    { numRuns: 300 },
  );
});
