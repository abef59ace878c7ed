import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Base } from "../../../src/base/base.ts";
import { registryProvider } from "../../../src/base/registry.ts";
import { DOCKER_MANIFEST, OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from "../../../src/oci/media-types.ts";
import { getManifest } from "../../../src/registry/manifests.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { type FakeRegistry, fakeRegistry } from "../../fake-registry/registry.ts";
import { baseDeps, baseRequest } from "../../support/base-deps.ts";
import { type BuiltImage, buildDocument, buildImage, buildLayer, buildTar, packLayer } from "../../support/image.ts";
import { loginTo, openPull } from "./pull-bench.ts";

const OCTETS = "application/octet-stream";
const DIGEST = `sha256:${"a".repeat(64)}`;
const layer = { mediaType: `${OCI_LAYER}+gzip`, digest: DIGEST, size: 5 };
const config = { mediaType: OCI_CONFIG, digest: DIGEST, size: 5 };
const image = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] };
const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] };

/** What getManifest says of a document: its type, or an error's code. */
async function got(t: TestContext, type: string, document: unknown): Promise<string> {
  const body = typeof document === "string" ? document : JSON.stringify(document);
  const action = { status: 200, headers: { "content-type": type }, body };
  const { client } = await openPull(t, { faults: [{ path: /manifests/, action }] });
  return getManifest(client, "team/app", "1").then(
    ({ descriptor }) => descriptor.mediaType,
    (error: { readonly code: string }) => error.code,
  );
}

test("44 Content-Type, mediaType and members must agree, and a vague Content-Type says nothing", async (t) => {
  const { mediaType: _, ...untyped } = image;
  const rows: readonly (readonly [string, unknown, string])[] = [
    [OCI_MANIFEST, image, OCI_MANIFEST],
    [OCI_INDEX, index, OCI_INDEX],
    [OCTETS, image, OCI_MANIFEST],
    ["application/json", index, OCI_INDEX],
    [`${OCI_MANIFEST}; charset=utf-8`, untyped, OCI_MANIFEST],
    [DOCKER_MANIFEST, untyped, DOCKER_MANIFEST],
    [DOCKER_MANIFEST, image, "ARCHIVE_INVALID"],
    [OCI_INDEX, image, "ARCHIVE_INVALID"],
    [OCI_INDEX, untyped, "ARCHIVE_INVALID"],
    [OCI_MANIFEST, index, "ARCHIVE_INVALID"],
    [OCI_MANIFEST, { ...image, mediaType: OCI_INDEX }, "ARCHIVE_INVALID"],
    [OCI_MANIFEST, { ...image, mediaType: "text/plain" }, "ARCHIVE_INVALID"],
    // CVE-2021-41190: one reader's image is the other's index.
    [OCI_MANIFEST, { ...image, manifests: [] }, "ARCHIVE_INVALID"],
    [OCI_INDEX, { ...index, layers: [] }, "ARCHIVE_INVALID"],
    [OCI_INDEX, { ...index, config }, "ARCHIVE_INVALID"],
    [OCI_INDEX, { ...index, fsLayers: [] }, "ARCHIVE_INVALID"],
  ];
  for (const [type, document, expected] of rows)
    assert.equal(await got(t, type, document), expected, `${type} ${JSON.stringify(document)}`);
});

test("45 documents that are too large, too deep or full of lies are refused, and no key reaches a prototype", async (t) => {
  const nested = `{"schemaVersion":2,"layers":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  const bad = (change: object) => ({ ...image, layers: [{ ...layer, ...change }] });
  const rows: readonly (readonly [unknown, string])[] = [
    [nested, "ARCHIVE_INVALID"],
    [{ ...image, layers: Array.from({ length: 10_000 }, () => layer) }, "ARCHIVE_INVALID"],
    [bad({ size: -1 }), "ARCHIVE_INVALID"],
    [bad({ size: 2 ** 60 }), "ARCHIVE_INVALID"],
    [bad({ size: 1.5 }), "ARCHIVE_INVALID"],
    [bad({ size: "5" }), "ARCHIVE_INVALID"],
    [bad({ digest: "sha256:../../etc/passwd" }), "ARCHIVE_INVALID"],
    [bad({ digest: "md5:d41d8cd98f00b204e9800998ecf8427e" }), "ARCHIVE_INVALID"],
    ['{"__proto__":{"schemaVersion":2,"layers":[]},"constructor":{}}', "ARCHIVE_INVALID"],
    [JSON.stringify(image).replace('"layers"', '"__proto__":{"manifests":[]},"layers"'), OCI_MANIFEST],
    ["\ufeff{}", "ARCHIVE_INVALID"],
    ["[]", "ARCHIVE_INVALID"],
    ["", "ARCHIVE_INVALID"],
  ];
  for (const [document, expected] of rows) assert.equal(await got(t, OCI_MANIFEST, document), expected);
  assert.equal(({} as { schemaVersion?: unknown }).schemaVersion, undefined);
});

test("45 a manifest of 100 MB is left at the limit, and not asked for again", async (t) => {
  const action = { status: 200, headers: { "content-type": OCI_MANIFEST }, body: " ".repeat(100 * 1024 * 1024) };
  const { registry, client } = await openPull(t, { faults: [{ path: /manifests/, times: 9, action }] });
  await assert.rejects(getManifest(client, "team/app", "1"), { code: "NETWORK", message: /larger than 8388608 bytes/ });
  assert.equal(registry.audit.requestsOf({ path: /manifests/ }).length, 1);
});

test("45 an index that leads to itself is left after three levels", async (t) => {
  const registry = await fakeRegistry(t);
  // A digest can't be its own, so the loop is made of what the registry claims.
  let { digest, size } = buildDocument(OCI_INDEX, index).descriptor;
  for (let depth = 0; depth < 5; depth++) {
    const entry = { mediaType: OCI_INDEX, digest, size, platform: { os: "linux", architecture: "amd64" } };
    const document = buildDocument(OCI_INDEX, { ...index, manifests: [entry] });
    registry.seedManifest("team/app", depth === 4 ? "1" : undefined, OCI_INDEX, document.bytes);
    ({ digest, size } = document.descriptor);
  }
  await assert.rejects(open(t, registry), { code: "BASE_INVALID", message: /nested deeper than 3/ });
});

for (const profile of PROFILE_NAMES) {
  test(`45 ${profile}: a manifest of another digest than was asked for or announced is refused`, async (t) => {
    const { registry, client } = await openPull(t, { profile });
    const { bytes, descriptor } = buildDocument(OCI_MANIFEST, image);
    registry.seedManifest("team/app", "1", OCI_MANIFEST, bytes);
    assert.equal((await getManifest(client, "team/app", "1")).descriptor.digest, descriptor.digest);
    registry.corruptManifest("team/app", descriptor.digest, OCI_MANIFEST, Buffer.from(JSON.stringify(index)));
    for (const reference of ["1", descriptor.digest])
      await assert.rejects(getManifest(client, "team/app", reference), { code: "HASH_MISMATCH" });
    await assert.rejects(getManifest(client, "team/app", "2"), ({ code }: { code: string }) =>
      ["IMAGE_NOT_FOUND", "REGISTRY_AUTH"].includes(code),
    );
  });
}

/** The tag 1 of team/app as a base. */
async function open(t: TestContext, registry: FakeRegistry, platform = "linux/amd64"): Promise<Base> {
  const deps = baseDeps(t, loginTo(registry.host));
  const base = await registryProvider.open(`${registry.host}/team/app:1`, baseRequest(platform), deps);
  await base.close();
  return base;
}

function seedImage(registry: FakeRegistry, built: BuiltImage, tag?: string): void {
  for (const { bytes } of built.built) registry.seed("team/app", bytes);
  registry.seed("team/app", built.config.bytes);
  registry.seedManifest("team/app", tag, OCI_MANIFEST, built.manifest.bytes);
}

test("46 a layer that unpacks to more than it may, to something else, or has garbage behind it is refused", async (t) => {
  const tar = Buffer.from(await buildTar({ a: "text" }));
  const huge = Buffer.from(tar);
  // An entry of 64 GiB that never comes: octal size, then the header's checksum.
  huge.write("777777777777", 124, 12, "latin1");
  huge.fill(32, 148, 156);
  huge.write(
    `${huge
      .subarray(0, 512)
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
    "latin1",
  );
  const type = `${OCI_LAYER}+gzip`;
  const good = packLayer(tar, gzipSync, type);
  const rows = [
    [good, undefined],
    [packLayer(huge, gzipSync, type), "ARCHIVE_INVALID"],
    [{ ...good, diffId: packLayer(huge, gzipSync, type).diffId }, "HASH_MISMATCH"],
    [packLayer(tar, (bytes) => Buffer.concat([gzipSync(bytes), Buffer.from("garbage")]), type), "ARCHIVE_INVALID"],
    [
      packLayer(tar, (bytes) => Buffer.concat([gzipSync(bytes), gzipSync(Buffer.from("more"))]), type),
      "ARCHIVE_INVALID",
    ],
    [packLayer(tar, (bytes) => gzipSync(bytes).subarray(0, -9), type), "ARCHIVE_INVALID"],
    [packLayer(tar, (bytes) => bytes, type), "ARCHIVE_INVALID"],
  ] as const;
  for (const [at, [built, code]] of rows.entries()) {
    const registry = await fakeRegistry(t);
    seedImage(registry, buildImage("linux/amd64", [built]), "1");
    const outcome = await open(t, registry).then(
      () => undefined,
      (error: { readonly code: string }) => error.code,
    );
    assert.equal(outcome, code, `row ${at}`);
  }
});

/** A megabyte of gzip that unpacks to 1.1 GB: members of a tar, or zeros behind its end. */
async function bomb(place: "members" | "behind the end"): Promise<ReturnType<typeof packLayer>> {
  const zeros = Buffer.alloc(16 * 1024 * 1024);
  const tar = Buffer.from(await buildTar({ zeros }));
  const part = gzipSync(place === "members" ? tar.subarray(0, 512 + zeros.length) : zeros);
  const parts = Array.from({ length: 70 }, () => part);
  const first = place === "members" ? [] : [gzipSync(tar)];
  return packLayer(tar, () => Buffer.concat([...first, ...parts]), `${OCI_LAYER}+gzip`);
}

for (const place of ["members", "behind the end"] as const) {
  test(`46 a real bomb with its powder in ${place} is left at a gigabyte`, async (t) => {
    const registry = await fakeRegistry(t);
    seedImage(registry, buildImage("linux/amd64", [await bomb(place)]), "1");
    await assert.rejects(open(t, registry), { code: "ARCHIVE_INVALID", message: /more than \d+ bytes/ });
  });
}

test("47 the URLs of a layer are never asked, and a foreign layer makes no base", async (t) => {
  const other = await fakeRegistry(t);
  const urls = [`http://${other.host}/v2/x`, "https://10.0.0.1/x"];
  const built = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  for (const [mediaType, expected] of [
    [`${OCI_LAYER}+gzip`, undefined],
    ["application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "BASE_INVALID"],
    ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "BASE_INVALID"],
  ] as const) {
    const registry = await fakeRegistry(t);
    seedImage(registry, built);
    const layers = built.layers.map((one) => ({ ...one, mediaType, urls }));
    const manifest = buildDocument(OCI_MANIFEST, { ...image, config: built.config.descriptor, layers });
    registry.seedManifest("team/app", "1", OCI_MANIFEST, manifest.bytes);
    const outcome = await open(t, registry).then(
      () => undefined,
      (error: { readonly code: string }) => error.code,
    );
    assert.equal(outcome, expected, mediaType);
  }
  assert.equal(other.audit.requests.length, 0);
});

test("48 of an index the entry for the platform is taken, the first of equals, and never an attestation", async (t) => {
  const registry = await fakeRegistry(t);
  const made = async (platform: string, name: string): Promise<BuiltImage> =>
    buildImage(platform, [await buildLayer({ [name]: name })]);
  const [amd, amdAgain, armV6, armV7] = [
    await made("linux/amd64", "a"),
    await made("linux/amd64", "b"),
    await made("linux/arm/v6", "c"),
    await made("linux/arm/v7", "d"),
  ];
  for (const one of [amd, amdAgain, armV6, armV7]) seedImage(registry, one);
  const entry = (one: BuiltImage, platform: object, rest: object = {}) => ({
    ...one.manifest.descriptor,
    platform,
    ...rest,
  });
  const reference = { annotations: { "vnd.docker.reference.type": "attestation-manifest" } };
  const manifests = [
    entry(armV7, { os: "unknown", architecture: "unknown" }, reference),
    entry(armV7, { os: "linux", architecture: "amd64" }, reference),
    entry(armV7, { os: "linux", architecture: "amd64" }, { artifactType: "application/spdx+json" }),
    entry(armV7, { os: "unknown", architecture: "unknown" }),
    entry(amd, { os: "linux", architecture: "amd64" }),
    entry(amdAgain, { os: "linux", architecture: "amd64" }),
    entry(armV6, { os: "linux", architecture: "arm", variant: "v6" }),
    entry(armV7, { os: "linux", architecture: "arm", variant: "v7" }),
  ];
  const put = (entries: readonly object[]): void => {
    const { bytes } = buildDocument(OCI_INDEX, { ...index, manifests: entries });
    registry.seedManifest("team/app", "1", OCI_INDEX, bytes);
  };
  const chosen = async (platform: string) => (await open(t, registry, platform)).digest;
  put(manifests);
  assert.equal(await chosen("linux/amd64"), amd.manifest.descriptor.digest);
  assert.equal(await chosen("linux/arm/v7"), armV7.manifest.descriptor.digest);
  assert.equal(await chosen("linux/arm/v6"), armV6.manifest.descriptor.digest);
  await assert.rejects(open(t, registry, "linux/s390x"), {
    code: "BASE_MISMATCH",
    hint: /linux\/amd64, linux\/arm\/v6/,
  });
  put(manifests.slice(0, 4));
  await assert.rejects(open(t, registry), { code: "BASE_MISMATCH" });
  // One entry without a platform may be anything: its config tells.
  put([amd.manifest.descriptor]);
  assert.equal(await chosen("linux/amd64"), amd.manifest.descriptor.digest);
  await assert.rejects(open(t, registry, "linux/s390x"), { code: "BASE_MISMATCH" });
});

test("49 a manifest of schema 1 is refused by its name", async (t) => {
  for (const type of [
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/json",
  ]) {
    const { registry, client } = await openPull(t);
    const document = { schemaVersion: 1, name: "team/app", fsLayers: [{ blobSum: DIGEST }], history: [] };
    registry.seedManifest("team/app", "1", type, Buffer.from(JSON.stringify(document)));
    await assert.rejects(getManifest(client, "team/app", "1"), { code: "ARCHIVE_INVALID", message: /schema 1/ });
  }
});
