import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { readFile, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Digest, digestOfHex } from "../../src/oci/digest.ts";
import type { BorrowedFile } from "../../src/store/borrowed.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { sha256Hex } from "../../src/store/sha256.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const BYTES = Buffer.from("the bytes of a wheel");

interface Lent {
  readonly store: DiskStore;
  readonly digest: Digest;
  readonly path: string;
}

function borrowed(path: string): BorrowedFile {
  const { size, mtimeMs, ino } = statSync(path);
  return { path, size, mtimeMs, ino };
}

function lend(t: TestContext): Lent {
  const path = join(temporaryFolder(t), "wheel");
  writeFileSync(path, BYTES);
  const store = temporaryStore(t);
  const digest = digestOfHex(sha256Hex(BYTES));
  store.borrow(digest, borrowed(path));
  return { store, digest, path };
}

test("a borrowed blob is read where it lies", async (t) => {
  const { store, digest, path } = lend(t);
  assert.equal(await store.has(digest), BYTES.length);
  assert.equal(store.path(digest), path);
  const blob = await store.open(digest);
  assert.deepEqual(Buffer.from(await blob.read(4, 5)), BYTES.subarray(4, 9));
  await blob.close();
  await store.confirm([digest]);
});

test("one that is touched is refused once, and then no longer there", async (t) => {
  const { store, digest, path } = lend(t);
  await utimes(path, 1000, 1000);
  assert.equal(await store.has(digest), undefined);
  await assert.rejects(store.confirm([digest]), { code: "HASH_MISMATCH", message: /wheel was changed while/ });
  await store.confirm([digest]);
  assert.notEqual(store.path(digest), path);
  await assert.rejects(store.open(digest), { code: "BLOB_CORRUPT" });
});

test("one that is gone is not there, until it was refused and the store has it", async (t) => {
  const { store, digest, path } = lend(t);
  await rm(path);
  await store.put(BYTES);
  assert.equal(await store.has(digest), undefined);
  await assert.rejects(store.confirm([digest]), { code: "HASH_MISMATCH" });
  assert.equal(await store.has(digest), BYTES.length);
  assert.deepEqual(await readFile(store.path(digest)), BYTES);
});
