import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileStream, fleetingStream, partStream } from "../../src/store/file-stream.ts";
import { temporaryFolder } from "../support/temporary.ts";

const BYTES = Buffer.from(Array.from({ length: 3_300_000 }, (_, at) => (at * 7 + (at >> 11)) & 255));

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const seen: Buffer[] = [];
  for await (const chunk of chunks) seen.push(Buffer.from(chunk));
  return Buffer.concat(seen);
}

test("a file, or a part of it, comes as it is", async (t) => {
  const path = join(temporaryFolder(t), "blob");
  writeFileSync(path, BYTES);
  assert.deepEqual(await whole(fileStream(path)), BYTES);
  for (const [start, end] of [
    [0, 3_300_000],
    [1, 1_048_577],
    [1_048_576, 2_097_152],
    [3_299_999, 3_300_000],
    [5, 5],
  ] as const) {
    for (const stream of [partStream, fleetingStream])
      assert.deepEqual(await whole(stream({ path, start, end })), BYTES.subarray(start, end), `${start} to ${end}`);
  }
  assert.deepEqual(await whole(partStream({ path, start: 3_299_000 })), BYTES.subarray(3_299_000));
});

test("a fleeting piece stands until the second after it is asked for", async (t) => {
  const path = join(temporaryFolder(t), "blob");
  writeFileSync(path, BYTES);
  const seen: Buffer[] = [];
  let held: Uint8Array | undefined;
  for await (const chunk of fleetingStream({ path, start: 0 })) {
    if (held !== undefined) seen.push(Buffer.from(held));
    held = chunk;
  }
  assert.deepEqual(Buffer.concat([...seen, held ?? Buffer.alloc(0)]), BYTES);
});

test("a file that was left in the middle is closed, and one that is missing is told", async (t) => {
  const path = join(temporaryFolder(t), "blob");
  writeFileSync(path, BYTES);
  const left = fileStream(path);
  await left.next();
  assert.deepEqual(await left.return(), { done: true, value: undefined });
  await assert.rejects(fileStream(`${path}-not`).next(), { code: "ENOENT" });
});
