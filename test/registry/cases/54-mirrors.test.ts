import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { OCI_MANIFEST } from "../../../src/oci/media-types.ts";
import { getManifest } from "../../../src/registry/manifests.ts";
import { putManifest } from "../../../src/registry/put-manifest.ts";
import { streamBlob } from "../../../src/registry/stream-blob.ts";
import { pushBlob } from "../../../src/registry/upload.ts";
import type { FaultAction } from "../../fake-registry/faults.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { type FakeRegistry, fakeRegistry } from "../../fake-registry/registry.ts";
import { buildDocument } from "../../support/image.ts";
import { blobOf, noise } from "./bench.ts";
import { blobOfBytes, loginTo, openClient, type PullBench, pulled, warnings } from "./pull-bench.ts";

const bytes = noise(300_000);
const blob = blobOfBytes(bytes);
const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest: blob.digest, size: 5 };
const manifest = buildDocument(OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] });

interface Pair extends PullBench {
  readonly mirror: FakeRegistry;
  readonly registry: FakeRegistry;
}

/** A registry with a mirror that has everything under `prefix`, and our client of the registry. */
async function openPair(t: TestContext, mirrors: (host: string) => readonly string[], prefix = ""): Promise<Pair> {
  const [mirror, registry] = [
    await fakeRegistry(t),
    await fakeRegistry(t, { profile: "harbor", users: { ann: "pw" } }),
  ];
  for (const [one, name] of [
    [mirror, `${prefix}team/app`],
    [registry, "team/app"],
  ] as const) {
    one.seed(name, bytes);
    one.seedManifest(name, "1", OCI_MANIFEST, manifest.bytes);
  }
  const settings = { [registry.host]: { mirrors: mirrors(mirror.host) } };
  const environment = { ...loginTo(registry.host), OCIASM_REGISTRIES: JSON.stringify(settings) };
  return { mirror, registry, ...openClient(t, registry.host, { environment }) };
}

for (const prefix of ["", "cache/upstream/"]) {
  test(`54 what a mirror${prefix === "" ? "" : " has under a prefix"} is not asked of the registry`, async (t) => {
    const pair = await openPair(t, (host) => [`http://${host}/${prefix}`], prefix);
    assert.equal((await getManifest(pair.client, "team/app", "1")).descriptor.digest, manifest.descriptor.digest);
    assert.equal(await pulled(pair, blob), "pulled");
    assert.equal(pair.registry.audit.requests.length, 0);
    // The registry's password is nobody else's business.
    assert.ok(pair.mirror.audit.requests.every(({ authorization }) => authorization === "none"));
  });
}

/** What is wrong with the mirror, and whether that is worth a word. */
const TROUBLE: readonly (readonly [FaultAction | "down", RegExp | undefined])[] = [
  ["down", /was passed over/],
  [{ status: 403 }, /answered 403/],
  [{ status: 401 }, /was passed over/],
  [{ status: 404 }, undefined],
  [{ status: 500 }, /answered 500/],
  [{ status: 200, body: "<html>login</html>" }, /was passed over/],
  [{ reset: "after" }, /was passed over/],
];

test("54 a mirror that is down, refuses, lacks or damages things is passed over for the registry", async (t) => {
  for (const [trouble, warning] of TROUBLE) {
    const pair = await openPair(t, (host) => [host]);
    if (trouble === "down") await pair.mirror.close();
    else pair.mirror.script.add({ path: /manifests|blobs/, times: 99, action: trouble });
    const name = JSON.stringify(trouble);
    assert.equal((await getManifest(pair.client, "team/app", "1")).descriptor.digest, manifest.descriptor.digest, name);
    assert.equal(await pulled(pair, blob), "pulled", name);
    if (warning !== undefined) assert.match(warnings(pair).join("\n"), warning);
    assert.ok(warnings(pair).length <= 2, "said once");
    pair.registry.audit.noAuthorizationElsewhere();
  }
});

test("54 a mirror that could not be reached is not tried again", async (t) => {
  const pair = await openPair(t, (host) => [host]);
  pair.mirror.script.add({ times: 99, action: { reset: "after" } });
  await getManifest(pair.client, "team/app", "1");
  const before = pair.mirror.audit.requests.length;
  assert.equal(await pulled(pair, blob), "pulled");
  assert.equal(pair.mirror.audit.requests.length, before);
});

test("54 a mirror with stale or damaged content is found out by the digest", async (t) => {
  const pair = await openPair(t, (host) => [host]);
  const changed = Buffer.from(bytes);
  changed[5] = 255 - (bytes[5] ?? 0);
  for (const content of [changed, bytes.subarray(0, 1000), Buffer.concat([bytes, bytes])]) {
    pair.mirror.corrupt("team/app", blob.digest, content);
    const fresh = openClient(t, pair.registry.host);
    assert.equal(await pulled({ ...pair, store: fresh.store }, blob), "pulled", String(content.length));
    assert.deepEqual(readFileSync(fresh.store.path(blob.digest)), bytes);
  }
  pair.mirror.corruptManifest("team/app", manifest.descriptor.digest, OCI_MANIFEST, Buffer.from("{}"));
  const found = await getManifest(pair.client, "team/app", manifest.descriptor.digest);
  assert.deepEqual(Buffer.from(found.bytes), manifest.bytes);
});

test("54 a blob that breaks off at the mirror goes on at the registry from the same byte", async (t) => {
  const pair = await openPair(t, (host) => [host]);
  pair.mirror.script.add({ path: /blobs/, action: { truncate: 100_000, how: "length" } });
  pair.mirror.script.add({ path: /blobs/, skip: 1, times: 9, action: { status: 503 } });
  const parts: Uint8Array[] = [];
  for await (const part of streamBlob(pair.client, "team/app", blob)) parts.push(part);
  assert.deepEqual(Buffer.concat(parts), bytes);
  const [read] = pair.registry.audit.requestsOf({ method: "GET", path: /blobs\/sha/, status: 206 });
  assert.match(read?.headers.range ?? "", /^bytes=[1-9]\d+-$/);
});

for (const profile of PROFILE_NAMES) {
  test(`54 ${profile}: a push neither asks nor tells the mirror anything`, async (t) => {
    const [mirror, registry] = [await fakeRegistry(t), await fakeRegistry(t, { profile, users: { ann: "pw" } })];
    const upload = blobOf("config", ["team/base"]);
    mirror.seed("team/app", Buffer.from("config"));
    const settings = { [registry.host]: { mirrors: [mirror.host] } };
    const environment = { ...loginTo(registry.host), OCIASM_REGISTRIES: JSON.stringify(settings) };
    const { client } = openClient(t, registry.host, { environment });
    assert.equal(await pushBlob(client, "team/app", upload), "uploaded");
    const own = { ...config, digest: upload.blob.digest, size: upload.blob.size };
    const document = buildDocument(OCI_MANIFEST, {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: own,
      layers: [],
    });
    await putManifest(client, "team/app", "1", document);
    registry.audit.everPullable("team/app:1");
    assert.equal(mirror.audit.requests.length, 0);
  });
}

test("54 several mirrors are asked in order, and what is no mirror is an error", async (t) => {
  const second = await fakeRegistry(t);
  second.seed("team/app", bytes);
  const pair = await openPair(t, (host) => [host, second.host]);
  pair.mirror.drop("team/app", blob.digest);
  assert.equal(await pulled(pair, blob), "pulled");
  assert.equal(second.audit.requestsOf({ path: /blobs/ }).length, 1);
  assert.equal(pair.registry.audit.requests.length, 0);
  for (const mirror of ["ftp://x.example", "", "//x"]) {
    const environment = { OCIASM_REGISTRIES: JSON.stringify({ "registry.example": { mirrors: [mirror] } }) };
    assert.throws(() => openClient(t, "registry.example", { environment }), { code: "CONFIG_INVALID" }, mirror);
  }
});
