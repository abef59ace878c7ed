import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { BuildEvent } from "../../src/events.ts";
import { digestOfHex } from "../../src/oci/digest.ts";
import { type PinDeps, pinFile } from "../../src/pypi/pin.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer } from "../support/http-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";
import { buildWheel } from "../support/wheel.ts";

const SIX = buildWheel({ name: "six", version: "1.0" });

function deps(t: TestContext, events: BuildEvent[] = []): PinDeps {
  return {
    store: temporaryStore(t),
    http: testHttp(t),
    report: (event) => void events.push(event),
    signal: new AbortController().signal,
    index: { sizeOf: async () => 42, isTrusted: () => false },
  };
}

test("a file whose index tells no hash is downloaded, kept and warned of, without its secrets", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/six.whl", SIX.bytes);
  const events: BuildEvent[] = [];
  const own = deps(t, events);
  const file = { filename: SIX.filename, url: `${server.url}/six.whl?token=canary` };
  assert.deepEqual(await pinFile(file, own), { ...file, sha256: SIX.sha256, size: SIX.size });
  assert.equal(await own.store.has(digestOfHex(SIX.sha256)), SIX.size);
  assert.match(JSON.stringify(events), new RegExp(SIX.sha256));
  assert.doesNotMatch(JSON.stringify(events), /canary/);
  await assert.rejects(pinFile(file, { ...own, offline: true }), { code: "OFFLINE" });
});

test("a known hash needs the size only", async (t) => {
  const file = { filename: SIX.filename, url: "https://index.example/six.whl", sha256: SIX.sha256 };
  assert.equal((await pinFile(file, deps(t))).size, 42);
});

test("a local file is hashed, and must be what its hash says", async (t) => {
  const path = join(temporaryFolder(t), SIX.filename);
  writeFileSync(path, SIX.bytes);
  const file = { filename: SIX.filename, url: pathToFileURL(path).href };
  assert.deepEqual(await pinFile(file, deps(t)), { ...file, sha256: SIX.sha256, size: SIX.size });
  await assert.rejects(pinFile({ ...file, sha256: "0".repeat(64) }, deps(t)), { code: "HASH_MISMATCH" });
});
