import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { call } from "./client.ts";
import { digestOf } from "./digest.ts";
import type { FaultAction } from "./faults.ts";
import { randomFaults } from "./random-faults.ts";
import { fakeRegistry } from "./registry.ts";

const BYTES = Buffer.alloc(5000, 1);

/** What a plain GET of a blob of 5000 bytes meets. */
const ACTIONS: readonly (readonly [FaultAction, string])[] = [
  [{ status: 503, headers: { "retry-after": "7" }, body: "busy" }, "503 4"],
  [{ reset: 0 }, "ECONNRESET"],
  [{ reset: "after" }, "ECONNRESET"],
  [{ delayMilliseconds: 20 }, "200 5000"],
  [{ answer: { status: 206, headers: { etag: null } } }, "206 5000"],
  [{ truncate: 100, how: "length" }, "ECONNRESET"],
  [{ truncate: 100, how: "chunked" }, "ECONNRESET"],
  [{ truncate: 100, how: "close" }, "200 100"],
  [{ slow: { piece: 1000, milliseconds: 2 } }, "200 5000"],
  [{ redirect: "http://other.example/", status: 302 }, "302 0"],
  [{ drop: "named" }, "200 5000"],
];

test("each action does to an answer what it says, once", async (t) => {
  for (const [action, expected] of ACTIONS) {
    const registry = await fakeRegistry(t, { faults: [{ method: "GET", path: /blobs/, action }] });
    const url = `http://${registry.host}/v2/app/blobs/${registry.seed("app", BYTES)}`;
    const got = await call("GET", url).then(
      (reply) => `${reply.status} ${reply.body.length}`,
      (error: { code: string }) => error.code,
    );
    assert.equal(got, expected, JSON.stringify(action));
    assert.equal((await call("GET", url)).status, "drop" in action ? 404 : 200);
  }
});

test("rules count what they match and hit what is due", async (t) => {
  const faults = [{ method: "GET", path: /tags/, skip: 1, times: 2, action: { status: 500 } }];
  const registry = await fakeRegistry(t, { faults, repositories: ["app"] });
  const url = `http://${registry.host}/v2/app/tags/list`;
  const seen: number[] = [];
  for (let count = 0; count < 4; count++) seen.push((await call("GET", url)).status);
  assert.deepEqual(seen, [200, 500, 500, 200]);
  assert.equal(registry.script.hits.get(faults[0] ?? { action: { status: 0 } }), 2);
});

test("a stalled request is never answered and ends with the registry", async (t) => {
  const registry = await fakeRegistry(t, { faults: [{ action: { stall: 0 } }] });
  const waiting = call("GET", `http://${registry.host}/v2/`);
  const first = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 100, "silence"))]);
  assert.equal(first, "silence");
  await Promise.all([assert.rejects(waiting), registry.close()]);
});

test("tags that named what can't be pulled are remembered", async (t) => {
  const type = "application/vnd.oci.image.manifest.v1+json";
  const layer = digestOf(Buffer.from("layer"));
  const body = JSON.stringify({ schemaVersion: 2, mediaType: type, layers: [{ digest: layer }] });
  const put = { headers: { "content-type": type }, body };
  const strict = await fakeRegistry(t);
  strict.seed("app", Buffer.from("layer"));
  assert.equal((await call("PUT", `http://${strict.host}/v2/app/manifests/1`, put)).status, 201);
  strict.audit.everPullable("app:1");
  strict.audit.childrenBeforeIndexBeforeTag("app");
  strict.drop("app", layer);
  assert.throws(() => strict.audit.everPullable("app:1"), /app:1 lost sha256/);
  const lax = await fakeRegistry(t, { changes: { checksManifests: false } });
  assert.equal((await call("PUT", `http://${lax.host}/v2/app/manifests/1`, put)).status, 201);
  assert.throws(() => lax.audit.everPullable("app:1"), /could not be pulled/);
  assert.throws(() => lax.audit.childrenBeforeIndexBeforeTag("app"), /came before what it names/);
});

test("bytes that were uploaded for nothing are counted", async (t) => {
  const registry = await fakeRegistry(t, { faults: [{ method: "PUT", action: { status: 500 } }] });
  const digest = digestOf(BYTES);
  for (let count = 0; count < 2; count++) {
    const { headers } = await call("POST", `http://${registry.host}/v2/app/blobs/uploads/`);
    await call("PUT", `${headers["location"]}&digest=${digest}`, { body: BYTES });
  }
  assert.deepEqual([registry.audit.bytesUploaded(), registry.audit.duplicateBytes()], [10_000, 5000]);
});

test("large content lies in a folder that goes with the registry", async (t) => {
  const folders = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("fake-registry-"));
  const before = new Set(folders());
  const registry = await fakeRegistry(t, { memoryBytes: 1000 });
  const digest = digestOf(BYTES, "sha512");
  const { headers } = await call("POST", `http://${registry.host}/v2/app/blobs/uploads/`);
  assert.equal((await call("PUT", `${headers["location"]}&digest=${digest}`, { body: BYTES })).status, 201);
  const url = `http://${registry.host}/v2/app/blobs/${digest}`;
  assert.deepEqual((await call("GET", url)).body, BYTES);
  assert.equal((await call("GET", url, { headers: { range: "bytes=-7" } })).body.length, 7);
  const own = folders().filter((name) => !before.has(name));
  assert.ok(own.length > 0);
  await registry.close();
  assert.ok(folders().filter((name) => own.includes(name)).length < own.length);
});

test("random scripts repeat for their seed and differ between seeds", () => {
  const shown = (seed: number): string => JSON.stringify(randomFaults(seed));
  assert.equal(shown(7), shown(7));
  assert.equal(new Set(Array.from({ length: 50 }, (_, seed) => shown(seed + 1))).size, 50);
});
