import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyIndex } from "../../src/store/blob-store.ts";
import { createWriteBehind } from "../../src/store/write-behind.ts";
import { temporaryStore } from "../support/temporary-store.ts";

/** Writes when it is told to. */
function slowIndex(): { readonly index: KeyIndex; readonly written: unknown[]; readonly release: () => void } {
  const written: unknown[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const index: KeyIndex = {
    get: async () => undefined,
    holds: async () => false,
    set: async (_bucket, _key, value) => {
      await released;
      written.push(value);
    },
  };
  return { index, written, release: () => release() };
}

test("nobody waits for a write, and what is not yet written is there", async () => {
  const { index, written, release } = slowIndex();
  const notes = createWriteBehind(index);
  await notes.set("facts", "a", 1);
  await notes.set("facts", "a", 2);
  await notes.set("other", "a", 3);
  assert.deepEqual([await notes.get("facts", "a"), await notes.get("other", "a")], [2, 3]);
  assert.deepEqual([await notes.holds("facts", "a"), await notes.holds("facts", "b")], [true, false]);
  assert.deepEqual(written, []);
  release();
  await notes.settle();
  assert.deepEqual(written, [1, 3, 2]);
  assert.equal(await notes.get("facts", "a"), undefined);
});

test("with many values waiting the next one waits with them", async () => {
  const { index, written, release } = slowIndex();
  const notes = createWriteBehind(index);
  let taken = 0;
  const all = (async () => {
    for (; taken < 1000; taken++) await notes.set("facts", String(taken), taken);
  })();
  await new Promise(setImmediate);
  assert.ok(taken > 10 && taken < 100, `${taken} values wait`);
  release();
  await all;
  await notes.settle();
  assert.equal(written.length, 1000);
});

test("what has settled is on disk, the later write of two", async (t) => {
  const store = temporaryStore(t);
  const notes = createWriteBehind(store);
  for (let value = 0; value < 20; value++) await notes.set("facts", "a", value);
  await notes.settle();
  assert.equal(await store.get("facts", "a"), 19);
  assert.deepEqual([await store.holds("facts", "a"), await store.holds("facts", "b")], [true, false]);
});

test("a write that fails is told by whoever waits for all", async () => {
  const { index } = slowIndex();
  const notes = createWriteBehind({
    ...index,
    set: async () => {
      throw new Error("no room");
    },
  });
  await notes.set("facts", "a", 1);
  await assert.rejects(notes.settle(), { message: "no room" });
});
