import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { hashHandle } from "../../src/store/hash-file.ts";
import { sampleBytes } from "../support/codec.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** So large that threads hash it. */
const LARGE = 2 ** 26 + 12_345;

test("hashes small files and large ones, and many large ones at a time", async (t) => {
  const folder = temporaryFolder(t);
  const bytes = sampleBytes(LARGE);
  for (const size of [0, 1, 2 ** 19, 2 ** 19 + 1, 2 ** 26 - 1, LARGE]) {
    await writeFile(join(folder, "file"), bytes.subarray(0, size));
    const handle = await open(join(folder, "file"));
    const sha256 = createHash("sha256").update(bytes.subarray(0, size)).digest("hex");
    assert.deepEqual(await hashHandle(handle), { sha256, size });
    await handle.close();
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const handle = await open(join(folder, "file"));
  const found = await Promise.all(Array.from({ length: 7 }, () => hashHandle(handle)));
  await handle.close();
  for (const one of found) assert.deepEqual(one, { sha256, size: LARGE });
});

test("an interrupt ends the hashing of a large file, and the next one is hashed all the same", async (t) => {
  const folder = temporaryFolder(t);
  const bytes = sampleBytes(LARGE);
  await writeFile(join(folder, "file"), bytes);
  const handle = await open(join(folder, "file"));
  t.after(() => handle.close());
  const abort = new AbortController();
  const hashing = [
    hashHandle(handle, abort.signal),
    hashHandle(handle, abort.signal),
    hashHandle(handle, abort.signal),
  ];
  setImmediate(() => abort.abort());
  for (const one of hashing) await assert.rejects(one, { code: "INTERRUPTED" });
  await assert.rejects(hashHandle(handle, abort.signal), { code: "INTERRUPTED" });
  const { sha256 } = await hashHandle(handle);
  assert.equal(sha256, createHash("sha256").update(bytes).digest("hex"));
});

test("a file that can't be read rejects, in a thread too", async (t) => {
  const folder = temporaryFolder(t);
  await writeFile(join(folder, "file"), sampleBytes(LARGE));
  const handle = await open(join(folder, "file"), "a");
  t.after(() => handle.close());
  await assert.rejects(hashHandle(handle), { code: "EBADF" });
});
