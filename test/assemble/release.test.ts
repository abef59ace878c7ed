import assert from "node:assert/strict";
import { test } from "node:test";
import { release } from "../../src/assemble/release.ts";

test("a released buffer has no memory any more", () => {
  const buffer = Buffer.allocUnsafe(2 ** 18);
  release(buffer.subarray(10, 20));
  assert.equal(buffer.length, 0);
  assert.equal(buffer.buffer.byteLength, 0);
});

test("memory that small buffers share stays", () => {
  const [one, other] = [Buffer.from("one"), Buffer.from("other")];
  release(one);
  release(Buffer.allocUnsafe(Buffer.poolSize / 4));
  assert.equal(String(one), "one");
  assert.equal(String(other), "other");
});

test("a thousand buffers cost no more memory than one", async () => {
  // The port that drops them is closed a turn after the module is loaded.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = process.memoryUsage.rss();
  const kept: Buffer[] = [];
  for (let count = 0; count < 1000; count++) {
    const buffer = Buffer.alloc(2 ** 18, 1);
    kept.push(buffer);
    release(buffer);
  }
  assert.ok(process.memoryUsage.rss() - before < 500 * 2 ** 18, "250 MiB would not fit");
  assert.ok(kept.every((buffer) => buffer.length === 0));
});
