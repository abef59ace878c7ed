import assert from "node:assert/strict";
import { test } from "node:test";
import { growth, type Point } from "../../bench/report/fit.ts";

const SIZES = [10, 30, 100, 300, 1000];

function measured(cost: (size: number) => number): readonly Point[] {
  return SIZES.map((size) => ({ size, cost: cost(size) }));
}

test("finds the exponent of a curve, whatever the start of the program costs", () => {
  for (const exponent of [0.5, 1, 1.5, 2]) {
    for (const fixed of [0, 0.3, 2]) {
      const fit = growth(measured((size) => fixed + 0.05 * size ** exponent));
      assert.ok(Math.abs(fit.exponent - exponent) < 0.02, `${exponent} behind ${fixed}: ${fit.exponent}`);
      assert.ok(Math.abs(fit.fixed - fixed) < 0.05 * Math.max(fixed, 1), `${fixed}: ${fit.fixed}`);
    }
  }
});

test("flags a quadratic part that starts small", () => {
  assert.equal(growth(measured((size) => 0.4 + 0.001 * size + 1e-5 * size ** 2)).isSteep, true);
  assert.equal(growth(measured((size) => 0.4 + 0.001 * size)).isSteep, false);
  assert.equal(growth(measured((size) => 0.4 + 0.001 * size * Math.log2(size))).isSteep, false);
});

test("bears the noise of a machine", () => {
  const noise = [1.04, 0.97, 1.03, 0.96, 1.02];
  const fit = growth(measured((size) => (0.3 + 0.01 * size) * (noise[SIZES.indexOf(size)] ?? 1)));
  assert.ok(fit.exponent > 0.85 && fit.exponent < 1.15, `${fit.exponent}`);
});

test("says of a cost that hardly grows that it does not", () => {
  assert.deepEqual(growth(measured((size) => 10 + size / 1000)), {
    fixed: 10.01,
    slope: 0,
    exponent: 0,
    isSteep: false,
  });
});

test("refuses to make a curve of two sizes", () => {
  assert.throws(() => growth([...measured(() => 1).slice(0, 2), { size: 10, cost: 2 }]), /three sizes/);
});
