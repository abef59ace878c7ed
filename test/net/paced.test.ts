import assert from "node:assert/strict";
import { test } from "node:test";
import { paced } from "../../src/net/paced.ts";

const KIBIBYTE = 1024;

/** Sizes of the pieces, in KiB, of chunks that leave at so many bytes a millisecond. */
async function sizes(chunks: readonly number[], speed: number): Promise<readonly number[]> {
  const bytes = (async function* source() {
    for (const size of chunks) yield Buffer.alloc(size * KIBIBYTE, size);
  })();
  let clock = 0;
  const seen: number[] = [];
  for await (const piece of paced(bytes, () => clock)) {
    seen.push(piece.length / KIBIBYTE);
    clock += piece.length / speed;
  }
  return seen;
}

test("pieces grow on a fast line until whole chunks leave", async () => {
  assert.deepEqual(await sizes([1024, 1024, 1024], 100_000), [64, 128, 256, 512, 64, 1024, 1024]);
});

test("a slow line gets none that takes longer than a watchdog waits", async () => {
  for (const piece of await sizes([1024, 1024], 2)) assert.ok((piece * KIBIBYTE) / 2 < 60_000, `${piece} KiB`);
});

test("a line that becomes slow gets smaller pieces again, of the same bytes", async () => {
  const bytes = Buffer.from(Array.from({ length: 4_000_000 }, (_, at) => (at * 7 + (at >> 9)) & 255));
  const source = (async function* chunks() {
    for (let at = 0; at < bytes.length; at += 1_000_000) yield bytes.subarray(at, at + 1_000_000);
  })();
  const seen: Uint8Array[] = [];
  let clock = 0;
  for await (const piece of paced(source, () => clock)) {
    seen.push(piece);
    clock += seen.length < 6 ? 1 : 5000;
  }
  assert.ok(Buffer.concat(seen).equals(bytes));
  assert.ok((seen[5]?.length ?? 0) > 512 * KIBIBYTE);
  assert.equal(seen.at(-2)?.length, 64 * KIBIBYTE);
});
