import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createLocks } from "../../src/store/lock.ts";
import { temporaryFolder } from "../support/temporary.ts";

test("only one runs at a time under one name", async (t) => {
  const withLock = createLocks(temporaryFolder(t));
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await wait(5);
    running--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock("a", work)));
  assert.equal(most, 1);
});

test("different names don't wait for each other", async (t) => {
  const withLock = createLocks(temporaryFolder(t));
  assert.equal(await withLock("a", () => withLock("b", async () => "both")), "both");
});

test("a failure frees the lock and passes through", async (t) => {
  const folder = temporaryFolder(t);
  const withLock = createLocks(folder);
  await assert.rejects(
    withLock("a", () => Promise.reject(new RangeError("x"))),
    RangeError,
  );
  assert.deepEqual(await readdir(folder), []);
});

test("the lock of a dead process is taken over at once", async (t) => {
  const folder = temporaryFolder(t);
  const withLock = createLocks(folder);
  const name = await withLock("a", async () => (await readdir(folder))[0] ?? "");
  const dead = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => dead.once("exit", resolve));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `${hostname()} ${dead.pid} 00`);
  assert.equal(await withLock("a", async () => 1, AbortSignal.timeout(5000)), 1);
});

test("who waits can be interrupted", async (t) => {
  const withLock = createLocks(temporaryFolder(t));
  await withLock("a", () =>
    assert.rejects(
      withLock("a", async () => {}, AbortSignal.timeout(80)),
      { code: "INTERRUPTED" },
    ),
  );
});

test("a lock without a name, of a process that died while it took it, is taken over soon", {
  timeout: 10_000,
}, async (t) => {
  const folder = temporaryFolder(t);
  const withLock = createLocks(folder);
  const name = await withLock("a", async () => (await readdir(folder))[0] ?? "");
  await writeFile(join(folder, name), "");
  assert.equal(await withLock("a", async () => "taken"), "taken");
});
