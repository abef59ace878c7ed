import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "../../src/oci/json.ts";

fc.configureGlobal({ seed: 1 });

test("members are sorted by code unit at every level and nothing is spaced", () => {
  const value = { b: [1, { z: null, a: true }], a: "é\n", B: 1.5, "\u{1f600}": 0, "\uffee": 1 };
  assert.equal(canonicalJson(value), '{"B":1.5,"a":"é\\n","b":[1,{"a":true,"z":null}],"\u{1f600}":0,"\uffee":1}');
});

test("the text parses back to the value, whatever the order of its members", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(JSON.parse(JSON.stringify(value)));
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(JSON.parse(text)), text);
    }),
  );
});

test("a key named __proto__ is a member like any other", () => {
  assert.equal(canonicalJson(JSON.parse('{"a":1,"__proto__":{"x":2}}')), '{"__proto__":{"x":2},"a":1}');
});

test("what JSON can't carry is refused instead of dropped", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  for (const value of [
    undefined,
    { a: undefined },
    [undefined],
    new Array(1),
    NaN,
    Infinity,
    1n,
    () => 1,
    new Map(),
    new Date(0),
    "\ud800",
    { "\ud800": 1 },
    cycle,
  ]) {
    assert.throws(() => canonicalJson(value), { code: "BUG" });
  }
});
