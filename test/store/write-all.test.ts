import assert from "node:assert/strict";
import type { FileHandle } from "node:fs/promises";
import { test } from "node:test";
import { writeAll } from "../../src/store/write-all.ts";

test("a system that takes a few bytes at a time gets all of them, where they belong", async () => {
  const file = new Uint8Array(10);
  const slow = {
    write: async (bytes: Uint8Array, offset: number, length: number, position: number) => {
      const bytesWritten = Math.min(3, length);
      file.set(bytes.subarray(offset, offset + bytesWritten), position);
      return { bytesWritten };
    },
  } as unknown as FileHandle;
  await writeAll(slow, Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 2);
  assert.deepEqual([...file], [0, 0, 1, 2, 3, 4, 5, 6, 7, 0]);
  await writeAll(slow, new Uint8Array(), 0);
  assert.equal(file[0], 0);
});
