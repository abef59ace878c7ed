import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildEvent } from "../../src/events.ts";
import { digestOfHex } from "../../src/oci/digest.ts";
import { fetchWheel, type WheelDeps } from "../../src/pypi/wheels.ts";
import type { LockedWheel } from "../../src/resolve/lock.ts";
import { createDiskStore, type DiskStore } from "../../src/store/disk.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer, type TestServer } from "../support/http-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";
import { buildWheel } from "../support/wheel.ts";

const BUILT = buildWheel({ name: "six", version: "1.0", files: { "six.py": `x = "${"y".repeat(1000)}"\n` } });
const PATH = `/files/${BUILT.filename}`;

interface Bench {
  readonly server: TestServer;
  readonly store: DiskStore;
  readonly wheel: LockedWheel;
  readonly events: BuildEvent[];
  readonly deps: WheelDeps;
}

async function bench(t: TestContext, more: Partial<WheelDeps> = {}): Promise<Bench> {
  const [server, store, http] = [await startHttpServer(t), temporaryStore(t), testHttp(t)];
  server.serve(PATH, BUILT.bytes);
  const events: BuildEvent[] = [];
  const wheel = { filename: BUILT.filename, url: server.url + PATH, sha256: BUILT.sha256, size: BUILT.size };
  const deps = {
    store,
    http,
    report: (event: BuildEvent) => void events.push(event),
    signal: new AbortController().signal,
    sleep: async () => {},
    ...more,
  };
  return { server, store, wheel, events, deps };
}

function elsewhere(...urls: readonly string[]): NonNullable<WheelDeps["index"]> {
  return { mirrors: async () => urls, isTrusted: () => false };
}

async function leftovers(store: DiskStore): Promise<readonly string[]> {
  return [...(await readdir(join(store.cacheDir, "tmp"))), ...(await readdir(join(store.cacheDir, "locks")))];
}

test("a wheel lies in the store afterwards, and is fetched once", async (t) => {
  const { server, store, wheel, events, deps } = await bench(t);
  await fetchWheel(wheel, deps);
  await fetchWheel(wheel, deps);
  assert.deepEqual(await readFile(store.path(digestOfHex(wheel.sha256))), BUILT.bytes);
  assert.equal(server.log.length, 1);
  assert.deepEqual(
    events.map((event) => [event.type === "transfer" && event.state, event.type === "transfer" && event.bytes]),
    [
      ["start", 0],
      ["done", BUILT.size],
      ["reused", BUILT.size],
    ],
  );
  assert.deepEqual(await leftovers(store), []);
});

test("a local wheel is checked, and read where it lies", async (t) => {
  const { store, wheel, deps } = await bench(t, { offline: true });
  const path = join(temporaryFolder(t), BUILT.filename);
  const local = { ...wheel, url: pathToFileURL(path).href };
  await assert.rejects(fetchWheel(local, deps), { code: "INPUT_NOT_FOUND" });
  await writeFile(path, "other", { mode: 0o444 });
  await assert.rejects(fetchWheel(local, deps), {
    code: "HASH_MISMATCH",
    message: new RegExp(`expected ${wheel.sha256}`),
  });
  await writeFile(`${path}.new`, BUILT.bytes, { mode: 0o444 });
  await fetchWheel({ ...wheel, url: pathToFileURL(`${path}.new`).href }, deps);
  const digest = digestOfHex(wheel.sha256);
  assert.equal(await store.has(digest), BUILT.size);
  assert.equal(store.path(digest), `${path}.new`);
  assert.equal(await createDiskStore(store.cacheDir).has(digest), undefined);
  assert.deepEqual(await leftovers(store), []);
});

test("a local wheel that was written over is hashed again, whatever time it has", async (t) => {
  const { store, wheel, deps } = await bench(t, { offline: true });
  const path = join(temporaryFolder(t), BUILT.filename);
  const local = { ...wheel, url: pathToFileURL(path).href };
  await writeFile(path, BUILT.bytes);
  await utimes(path, 1000, 1000);
  await fetchWheel(local, deps);
  await writeFile(path, Buffer.alloc(BUILT.size));
  await utimes(path, 1000, 1000);
  await assert.rejects(fetchWheel(local, { ...deps, store: createDiskStore(store.cacheDir) }), {
    code: "HASH_MISMATCH",
  });
});

test("a URL that is gone or lies gives way to a mirror with the same hash", async (t) => {
  for (const fault of [{ status: 404 }, { status: 200, body: Buffer.alloc(BUILT.size) }, { status: 403 }]) {
    const { server, store, wheel, deps } = await bench(t);
    server.fail(PATH, fault);
    server.serve("/mirror/six", BUILT.bytes);
    await fetchWheel(wheel, { ...deps, index: elsewhere(wheel.url, `${server.url}/mirror/six`) });
    assert.equal(await store.has(digestOfHex(wheel.sha256)), BUILT.size);
    assert.equal(server.log.length, 2);
  }
});

test("a file of this host is taken before anybody is asked, and gives way when it is another", async (t) => {
  const { server, store, wheel, deps } = await bench(t);
  const path = join(temporaryFolder(t), BUILT.filename);
  const local = { ...wheel, url: pathToFileURL(path).href };
  let asked = 0;
  const mirrors = async () => {
    asked++;
    return [local.url, wheel.url];
  };
  const own = { ...deps, indexFirst: true, index: { mirrors, isTrusted: () => false } };
  await writeFile(path, Buffer.alloc(BUILT.size));
  await fetchWheel(local, own);
  assert.equal(server.log.length, 1);
  const before = asked;
  await writeFile(path, BUILT.bytes);
  await fetchWheel(local, { ...own, store: temporaryStore(t) });
  assert.equal(asked, before);
  assert.equal(await store.has(digestOfHex(wheel.sha256)), BUILT.size);
});

test("chosen indexes are asked before the lock's own URL", async (t) => {
  const { server, wheel, deps } = await bench(t);
  server.serve("/mirror/six", BUILT.bytes);
  await fetchWheel(wheel, { ...deps, indexFirst: true, index: elsewhere(`${server.url}/mirror/six`) });
  assert.deepEqual(
    server.log.map((request) => request.path),
    ["/mirror/six"],
  );
});

test("when nobody has it, the lie is told rather than the absence", async (t) => {
  const { server, store, wheel, deps } = await bench(t);
  server.serve("/mirror/six", Buffer.alloc(BUILT.size));
  server.fail(PATH, { status: 404 });
  await assert.rejects(fetchWheel(wheel, { ...deps, index: elsewhere(`${server.url}/mirror/six`) }), {
    code: "HASH_MISMATCH",
    message: /\/mirror\/six/,
  });
  assert.deepEqual(await leftovers(store), []);
});

test("a truncated wheel is refused and leaves nothing", async (t) => {
  const { server, store, wheel, deps } = await bench(t);
  server.serve(PATH, BUILT.bytes.subarray(0, 100));
  await assert.rejects(fetchWheel(wheel, deps), { code: "HASH_MISMATCH" });
  assert.deepEqual(await leftovers(store), []);
});

test("offline tells what is missing", async (t) => {
  const { server, wheel, deps } = await bench(t, { offline: true });
  await assert.rejects(fetchWheel(wheel, deps), { code: "OFFLINE", message: `${BUILT.filename} is not in the cache` });
  assert.equal(server.log.length, 0);
});

test("an interrupt ends the download and the wait for another's, and leaves nothing", async (t) => {
  const { server, store, wheel, deps } = await bench(t);
  server.fail(PATH, { stallAt: 10 });
  const signal = AbortSignal.timeout(150);
  const results = await Promise.allSettled([
    fetchWheel(wheel, { ...deps, signal }),
    fetchWheel(wheel, { ...deps, signal }),
  ]);
  for (const result of results) assert.equal(result.status === "rejected" && result.reason.code, "INTERRUPTED");
  assert.deepEqual(await leftovers(store), []);
});

test("no secret of a URL reaches an error or an event", async (t) => {
  const { server, wheel, events, deps } = await bench(t);
  server.fail(PATH, { status: 302, headers: { location: "/gone?signature=canary" } });
  const secret = { ...wheel, url: `${wheel.url}?token=canary` };
  await assert.rejects(
    fetchWheel(secret, deps),
    (error: Error) => !/canary/.test(`${error.message} ${JSON.stringify(error)}`),
  );
  assert.doesNotMatch(JSON.stringify(events), /canary/);
});

test("two processes fetch a wheel once between them", async (t) => {
  const { server, store, wheel } = await bench(t);
  server.fail(PATH, { slow: { piece: 200, milliseconds: 60 } });
  const script = fileURLToPath(new URL("./fetcher.js", import.meta.url));
  const codes = await Promise.all(
    [1, 2].map(
      () =>
        new Promise((resolve) => {
          spawn(process.execPath, [script, store.cacheDir, JSON.stringify(wheel)], { stdio: "inherit" }).once(
            "exit",
            resolve,
          );
        }),
    ),
  );
  assert.deepEqual(codes, [0, 0]);
  assert.equal(server.log.length, 1);
  assert.equal(await store.has(digestOfHex(wheel.sha256)), BUILT.size);
});
