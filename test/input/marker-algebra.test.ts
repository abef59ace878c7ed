import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  allOf,
  anyOf,
  type Condition,
  conditionText,
  memberOf,
  not,
  readCondition,
  rewrite,
} from "../../src/input/marker-algebra.ts";
import { parseMarker } from "../../src/python/marker.ts";
import { markerEnvironment } from "../../src/python/marker-environment.ts";
import { evaluateMarker } from "../../src/python/marker-evaluation.ts";
import { testTarget } from "../support/target.ts";

fc.configureGlobal({ seed: 1 });

const COMPARISONS = [
  'python_version < "3.11"',
  'python_version >= "3.12"',
  'python_full_version <= "3.11.2"',
  '"3.10" > python_version',
  'sys_platform == "linux"',
  'platform_machine != "x86_64"',
  '"linux" in sys_platform',
  'os_name not in "nt java"',
];
const ENVIRONMENTS = ["3.10.1", "3.11.2", "3.12.0"].flatMap((python) =>
  ["amd64", "arm64"].map((platform) => markerEnvironment(testTarget({ python, platform }))),
);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Condition>(true, false),
    fc.constantFrom(...COMPARISONS).map((text) => {
      const read = readCondition(text);
      return read.ok ? read.value : false;
    }),
    fc.array(tie("any"), { maxLength: 3 }).map(allOf),
    fc.array(tie("any"), { maxLength: 3 }).map(anyOf),
  ),
})).any;

/** By way of the text, as a lock's reader sees it. */
function holds(found: Condition, environment: (typeof ENVIRONMENTS)[number]): boolean {
  const text = conditionText(found);
  if (text === undefined) return true;
  const marker = parseMarker(text);
  assert.ok(marker.ok, text);
  return evaluateMarker(marker.value, environment);
}

test("conditions combine like truth values, and not is the opposite", () => {
  fc.assert(
    fc.property(condition, condition, fc.constantFrom(...ENVIRONMENTS), (a, b, environment) => {
      const [left, right] = [holds(a, environment), holds(b, environment)];
      assert.equal(holds(allOf([a, b]), environment), left && right);
      assert.equal(holds(anyOf([a, b]), environment), left || right);
      assert.equal(holds(not(a), environment), !left);
    }),
  );
});

test("what no marker can deny stays possible", () => {
  const read = readCondition('python_version ~= "3.11"');
  assert.ok(read.ok);
  assert.equal(not(read.value), true);
});

test("texts of Poetry for always and never", () => {
  for (const text of [undefined, "", " ", "*"]) assert.deepEqual(readCondition(text), { ok: true, value: true });
  assert.deepEqual(readCondition("<empty>"), { ok: true, value: false });
  assert.equal(readCondition("what").ok, false);
});

test("a comparison that is decided drops out", () => {
  const marker = parseMarker('extra == "a" and os_name == "nt" or extra == "b"');
  assert.ok(marker.ok);
  const decided = rewrite(marker.value, (comparison) =>
    comparison.right.type === "value" && comparison.right.text !== "nt" ? comparison.right.text === "a" : comparison,
  );
  assert.equal(conditionText(decided), 'os_name == "nt"');
  assert.equal(conditionText(memberOf("x", "extras")), '"x" in extras');
});
