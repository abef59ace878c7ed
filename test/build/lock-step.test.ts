import assert from "node:assert/strict";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createLimits } from "../../src/build/limits.ts";
import { lockStep } from "../../src/build/lock-step.ts";
import { silent } from "../../src/events.ts";
import { requirementsTxt } from "../../src/input/requirements-txt.ts";
import { createIndexClient } from "../../src/pypi/index-client.ts";
import type { Lock } from "../../src/resolve/lock.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer } from "../support/http-server.ts";
import { parseLock } from "../support/lock-input.ts";
import { serveSimpleIndex } from "../support/simple-index.ts";
import { testTarget } from "../support/target.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";
import { type BuiltWheel, buildWheel } from "../support/wheel.ts";

const SIX = buildWheel({ name: "six", version: "1.0", files: { "six.py": "x = 1\n" } });
const SIX_311 = buildWheel({ name: "six", version: "1.0", tag: "cp311-none-any", files: { "six.py": "x = 11\n" } });
const SIX_2 = buildWheel({ name: "six", version: "2.0" });
const OTHER_HASH = "0".repeat(64);

interface Bench {
  readonly folder: string;
  readonly store: DiskStore;
  /** Paths of the files that were read to be hashed. */
  readonly hashed: string[];
  put(wheel: Pick<BuiltWheel, "filename" | "bytes">): Promise<void>;
  /** What `six==1.0` becomes when it is locked with these hashes. */
  lock(hashes: readonly string[], more?: { readonly indexUrl?: string; readonly findLinks?: string }): Promise<Lock>;
}

/** A machine that knows nothing, and a folder of wheels. */
function bench(t: TestContext): Bench {
  const [folder, store, http] = [temporaryFolder(t), temporaryStore(t), testHttp(t)];
  const hashed: string[] = [];
  const watched: DiskStore = {
    ...store,
    set: async (bucket, key, value) => {
      if (bucket === "local-hashes") hashed.push(key);
      await store.set(bucket, key, value);
    },
  };
  const { signal } = new AbortController();
  const deps = { limits: createLimits(1), report: silent, signal };
  const lock: Bench["lock"] = (hashes, { indexUrl, findLinks } = {}) => {
    const places = [folder, ...(findLinks === undefined ? [] : [findLinks])];
    const config = {
      indexes: indexUrl === undefined ? [] : [{ url: indexUrl }],
      findLinks: places.map((location) => ({ location, required: true })),
      trustedHosts: [],
      caFile: undefined,
      isDefault: false,
      strategy: "all" as const,
    };
    const authorize = async () => ({});
    const index = createIndexClient(config, { ...deps, store: watched, http, authorize, offline: false });
    const input = parseLock(requirementsTxt, `six==1.0 ${hashes.map((hash) => `--hash=sha256:${hash}`).join(" ")}\n`);
    return lockStep(input, testTarget(), { extras: [], groups: [], noDefaultGroups: false }, index, deps);
  };
  return {
    folder,
    store: watched,
    hashed,
    put: ({ filename, bytes }) => writeFile(join(folder, filename), bytes),
    lock,
  };
}

const pinned = ({ packages }: Lock) =>
  packages.map(({ wheel: { filename, sha256, size } }) => [filename, sha256, size]);

test("the only file of a version is taken for the one that the lock's only hash names, unread", async (t) => {
  const { put, lock, hashed } = bench(t);
  for (const wheel of [SIX, SIX_2]) await put(wheel);
  assert.deepEqual(pinned(await lock([SIX.sha256])), [[SIX.filename, SIX.sha256, SIX.size]]);
  assert.deepEqual(hashed, []);
});

test("of two files that may be meant each is hashed, and so is the one that may have either of two hashes", async (t) => {
  const two = bench(t);
  for (const wheel of [SIX, SIX_311]) await two.put(wheel);
  assert.deepEqual(pinned(await two.lock([SIX.sha256])), [[SIX.filename, SIX.sha256, SIX.size]]);
  assert.equal(two.hashed.length, 2);
  const one = bench(t);
  await one.put(SIX);
  assert.deepEqual(pinned(await one.lock([OTHER_HASH, SIX.sha256])), [[SIX.filename, SIX.sha256, SIX.size]]);
  assert.equal(one.hashed.length, 1);
});

test("sources beside the wheel may be what the hash names, and alone they are never taken unread", async (t) => {
  const { folder, put, lock, hashed } = bench(t);
  const sdist = { filename: "six-1.0.tar.gz", bytes: Buffer.from("sources") };
  await put(sdist);
  await assert.rejects(lock([OTHER_HASH]), { code: "NOT_IN_INDEX", message: /its one file has another/ });
  assert.deepEqual(hashed, [join(folder, sdist.filename)]);
  await put(SIX);
  assert.deepEqual(pinned(await lock([SIX.sha256])), [[SIX.filename, SIX.sha256, SIX.size]]);
  assert.equal(hashed.length, 2);
});

test("where there are other places, a file with other bytes gives way to theirs", async (t) => {
  const server = await startHttpServer(t);
  const { url } = serveSimpleIndex(server, [SIX], { format: "json" });
  const other = temporaryFolder(t);
  await writeFile(join(other, SIX.filename), SIX.bytes);
  for (const more of [{ indexUrl: url }, { findLinks: other }, { findLinks: `${url}six/` }]) {
    const { put, lock } = bench(t);
    await put({ ...SIX, bytes: SIX.bytes.subarray(1) });
    const { packages } = await lock([SIX.sha256], more);
    assert.equal(packages[0]?.wheel.size, SIX.size);
    assert.match(String(packages[0]?.wheel.url), more.findLinks === other ? /^file:/ : /^http:/);
  }
});

test("a file that was hashed here before and is another now is refused at once", async (t) => {
  const { folder, put, lock, hashed } = bench(t);
  await put(SIX);
  await lock([SIX.sha256, OTHER_HASH]);
  await lock([SIX.sha256]);
  assert.equal(hashed.length, 1);
  await appendFile(join(folder, SIX.filename), "more");
  await assert.rejects(lock([SIX.sha256]), { code: "NOT_IN_INDEX", message: /its one file has another/ });
  assert.equal(hashed.length, 2);
});
