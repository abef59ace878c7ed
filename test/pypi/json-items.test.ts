import assert from "node:assert/strict";
import { test } from "node:test";
import { createJsonItems } from "../../src/pypi/json-items.ts";
import { Random } from "../support/random.ts";

/** The document put together again from what a text came apart into. */
function together(chunks: readonly string[]): unknown {
  const items = createJsonItems();
  const parts = chunks.flatMap((chunk) => items.feed(chunk)).map((item) => JSON.parse(item) as unknown);
  const rest = JSON.parse(items.rest()) as unknown;
  if (parts.length === 0) return rest;
  return { ...(rest as object), files: parts };
}

function pieces(text: string, random: Random): readonly string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + random.below(60);
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
}

test("only the outermost list of files comes apart", () => {
  const tricky = {
    meta: { files: [1, 2], name: '"files":[' },
    'x"files': ["no"],
    files: [{ files: [3], a: "],}[{\\" }, "text,", 4, [5, [6]], {}, null, 'a"b'],
    versions: ["1"],
  };
  for (const text of [JSON.stringify(tricky), JSON.stringify(tricky, undefined, 2)]) {
    assert.deepEqual(together([text]), tricky);
    assert.deepEqual(together([...text]), tricky);
  }
  const items = createJsonItems();
  assert.equal(items.feed('{"files":[{"a":1},{"b":[2,3]},').length, 2);
  assert.deepEqual(items.feed(' "c" ]'), [' "c" ']);
  assert.equal(items.rest(), '{"files":[]');
});

test("a hundred thousand damaged pages come apart as JSON.parse would read them, or fail", (t) => {
  const random = new Random(5);
  const page = '{"a":["files"],"files":[{"u":"x\\"]"},{"v":[1,{"files":[2]}]} , "z"],"versions":[3],"m":{"files":[4]}}';
  let read = 0;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  t.after(() => {
    Error.stackTraceLimit = limit;
  });
  for (let round = 0; round < 100_000; round++) {
    const text = random.mutate(page, '{}[]",:\\ files1');
    const apart = tryParse(() => together(pieces(text, random)));
    const whole = tryParse(() => JSON.parse(text) as unknown);
    if (typeof whole !== "object" || whole === null || !("files" in whole) || !Array.isArray(whole.files)) continue;
    read++;
    if (JSON.stringify(sorted(whole)) !== JSON.stringify(sorted(apart))) assert.deepEqual(apart, whole, text);
  }
  assert.ok(read > 10_000, `${read}`);
});

function sorted(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).sort() : value;
}

function tryParse(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

test("an item or a document beyond all measure is not held", () => {
  const items = createJsonItems();
  items.feed('{"files":[{"a":"');
  const chunk = "x".repeat(600_000);
  items.feed(chunk);
  assert.throws(() => items.feed(chunk), RangeError);
  const rest = createJsonItems();
  assert.throws(() => {
    for (let count = 0; count < 40; count++) rest.feed(`{"a":"${chunk}"`);
  }, RangeError);
});
