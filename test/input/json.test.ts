import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { OciasmError } from "../../src/errors.ts";
import { readJson } from "../../src/input/json.ts";
import { locator } from "../../src/input/locate.ts";

fc.configureGlobal({ seed: 1 });

const read = (text: string) => readJson(text, locator("f", text));

/** Records with prototypes, as JSON.parse makes them. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

test("reads what JSON.parse reads", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2, "\t"), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      assert.deepEqual(plain(read(text).value), JSON.parse(text));
    }),
  );
});

test("refuses what JSON.parse refuses, with a place inside of the text", () => {
  const pieces = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"\\u00e9"',
    '"',
    "1",
    "-",
    "01",
    "1.",
    "1e5",
    "true",
    "nul",
    " ",
    "\n",
    "\u0001",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 9 }), (parts) => {
      const text = parts.join("");
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        assert.throws(
          () => read(text),
          (error: OciasmError) => error.code === "INPUT_INVALID" && (error.location?.line ?? 0) >= 1,
        );
        return;
      }
      assert.deepEqual(plain(read(text).value), plain(expected));
    }),
    { numRuns: 5000, examples: [[["1e5", "01"]]] },
  );
});

test("places of keys, values and items", () => {
  const text = '{\n "a": [1, {"b": "x"}],\n "__proto__": 2, "a": 3}';
  const { value, find } = read(text);
  const at = (path: readonly (string | number)[]) => {
    const { key, value: span } = find(path);
    return [text.substr(key.offset, key.length), text.substr(span.offset, span.length)];
  };
  assert.deepEqual(at(["__proto__"]), ['"__proto__"', "2"]);
  assert.deepEqual(at(["a"]), ['"a"', "3"]);
  assert.deepEqual(Object.keys(value as object), ["a", "__proto__"]);
  assert.deepEqual(at(["nowhere"]), ["{", "{"]);
  const inner = read('{"a": [1, {"b": "x"}]}');
  assert.deepEqual(inner.find(["a", 1, "b"]).key, { offset: 11, length: 3 });
  assert.deepEqual(inner.find(["a", 0]).value, { offset: 7, length: 1 });
});

test("nesting without end is refused", () => {
  assert.throws(() => read("[".repeat(100_000)), { code: "INPUT_INVALID", message: /nested/ });
});
