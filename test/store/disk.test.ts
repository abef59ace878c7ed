import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFile, chmod, mkdir, readdir, readFile, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { digestOf } from "../../src/oci/digest.ts";
import { createDiskStore } from "../../src/store/disk.ts";
import { storeError } from "../../src/store/store-error.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const HELLO = Buffer.from("hello, store");
const digest = digestOf(HELLO);

test("what was put can be read, whole and in parts", async (t) => {
  const store = temporaryStore(t);
  assert.equal(await store.has(digest), undefined);
  assert.deepEqual(await store.put(HELLO), { digest, size: HELLO.length });
  assert.equal(await store.has(digest), HELLO.length);
  const blob = await store.open(digest);
  assert.equal(Buffer.from(await blob.read(7, 5)).toString(), "store");
  await assert.rejects(blob.read(7, 6), RangeError);
  await blob.close();
  assert.deepEqual(await readFile(store.path(digest)), HELLO);
});

test("a finished temporary file is adopted, also when the blob is there already", async (t) => {
  const store = temporaryStore(t);
  for (let round = 0; round < 2; round++) {
    const file = await store.temporary();
    await writeFile(file, HELLO);
    await store.adopt(file, { digest, size: HELLO.length });
  }
  assert.equal(await store.has(digest), HELLO.length);
  assert.deepEqual(await readdir(join(store.cacheDir, "tmp")), []);
});

test("a temporary file that is shorter than promised is not adopted", async (t) => {
  const store = temporaryStore(t);
  const file = await store.temporary();
  await writeFile(file, HELLO.subarray(1));
  await assert.rejects(store.adopt(file, { digest, size: HELLO.length }), { code: "BLOB_CORRUPT" });
  assert.equal(await store.has(digest), undefined);
});

test("a blob that was changed is noticed, removed and named", async (t) => {
  const store = temporaryStore(t);
  await store.put(HELLO);
  await chmod(store.path(digest), 0o644);
  await appendFile(store.path(digest), "!");
  await assert.rejects(store.open(digest), { code: "BLOB_CORRUPT", message: new RegExp(digest) });
  await assert.rejects(stat(store.path(digest)), { code: "ENOENT" });
});

test("a blob that was cut by a tool that keeps times is noticed", async (t) => {
  const store = temporaryStore(t);
  await store.put(HELLO);
  const { mtime } = await stat(store.path(digest));
  await chmod(store.path(digest), 0o644);
  await truncate(store.path(digest), 5);
  await utimes(store.path(digest), mtime, mtime);
  assert.equal(await store.has(digest), undefined);
});

test("a blob that was only touched is hashed, kept and sealed again", async (t) => {
  const store = temporaryStore(t);
  await store.put(HELLO);
  const sealed = await stat(store.path(digest));
  await utimes(store.path(digest), 1_700_000_000, 1_700_000_000);
  assert.equal(await store.has(digest), HELLO.length);
  assert.equal((await stat(store.path(digest))).mtimeMs, sealed.mtimeMs);
});

test("a directory that can't be written to says how to go on, and still serves", async (t) => {
  const folder = temporaryFolder(t);
  // A file in place of the folder refuses root too.
  await writeFile(join(folder, "file"), "");
  const store = createDiskStore(join(folder, "file"));
  await assert.rejects(store.put(HELLO), { code: "IO_ERROR", hint: /--cache-dir/ });
  assert.equal(await store.has(digest), undefined);
  await store.set("facts", "a", 1);
  assert.equal(await store.get("facts", "a"), undefined);
  assert.equal(await store.withLock("x", async () => 7), 7);
});

test("a full disk is told from other failures", () => {
  const full = Object.assign(new Error("write"), { code: "ENOSPC" });
  assert.equal(storeError(full, "/c").code, "DISK_FULL");
  assert.equal(storeError(Object.assign(new Error("x"), { code: "EROFS" }), "/c").code, "IO_ERROR");
});

test("keys keep values apart by bucket and key, and a damaged file reads as absent", async (t) => {
  const store = temporaryStore(t);
  await store.set("facts", "__proto__", { a: [1] });
  await store.set("other", "__proto__", 2);
  assert.deepEqual(await store.get("facts", "__proto__"), { a: [1] });
  assert.equal(await store.get("other", "__proto__"), 2);
  assert.equal(await store.get("facts", "constructor"), undefined);
  const [file = ""] = (await filesBelow(join(store.cacheDir, "keys", "facts"))).values();
  await writeFile(file, '{"key":"__proto__","val');
  assert.equal(await store.get("facts", "__proto__"), undefined);
  await assert.rejects(store.set("../x", "k", 1), { code: "BUG" });
});

test("JSON that is set as such reads as the value it stands for", async (t) => {
  const store = temporaryStore(t);
  const value = [{ path: 'a "quoted" \u00e9' }, null];
  await store.setJson("facts", 'a "key"', Buffer.from(JSON.stringify(value)));
  assert.deepEqual(await store.get("facts", 'a "key"'), value);
  await store.setJson("facts", 'a "key"', Buffer.from('{"cut":'));
  assert.equal(await store.get("facts", 'a "key"'), undefined);
});

test("temporary files of dead processes are swept, those of live ones and of strangers stay", async (t) => {
  const store = temporaryStore(t);
  const mine = await store.temporary();
  await writeFile(mine, "");
  const [host = ""] = (mine.split("/").at(-1) ?? "").split("-");
  const folder = join(store.cacheDir, "tmp");
  const dead = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => dead.once("exit", resolve));
  await writeFile(join(folder, `${host}-${dead.pid}-aa`), "");
  await writeFile(join(folder, `00000000-${dead.pid}-bb`), "");
  await writeFile(join(folder, `00000000-${dead.pid}-old`), "");
  await utimes(join(folder, `00000000-${dead.pid}-old`), 1, 1);
  await createDiskStore(store.cacheDir).temporary();
  assert.deepEqual((await readdir(folder)).sort(), [`00000000-${dead.pid}-bb`, mine.split("/").at(-1)].sort());
});

test("a writer that is killed at any moment leaves the store whole", async (t) => {
  const folder = temporaryFolder(t);
  await mkdir(join(folder, "c"));
  const cacheDir = join(folder, "c");
  const script = fileURLToPath(new URL("./hammer.js", import.meta.url));
  for (let round = 0; round < 20; round += 2) {
    await Promise.all(
      [round, round + 1].map(async (seed) => {
        const writer = spawn(process.execPath, [script, cacheDir, String(seed % 3)], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        await new Promise((resolve) => writer.stdout.once("data", resolve));
        await wait((seed * 37) % 90);
        const gone = new Promise((resolve) => writer.once("exit", resolve));
        writer.kill("SIGKILL");
        await gone;
      }),
    );
  }
  const blobs = await filesBelow(join(cacheDir, "blobs"));
  assert.ok(blobs.length > 20);
  for (const blob of blobs) {
    assert.equal(
      createHash("sha256")
        .update(await readFile(blob))
        .digest("hex"),
      blob.split("/").at(-1),
    );
  }
  for (const key of await filesBelow(join(cacheDir, "keys"))) JSON.parse(await readFile(key, "utf8"));
  const next = await createDiskStore(cacheDir).temporary();
  assert.equal((await readdir(join(next, ".."))).length, 0);
});

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
