import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { chooseManifest } from "../../src/oci/choose-manifest.ts";
import {
  isIndex,
  MAX_DOCUMENT_BYTES,
  parseIndex,
  parseManifest,
  parseManifestDocument,
} from "../../src/oci/manifest.ts";
import {
  DOCKER_CONFIG,
  DOCKER_INDEX,
  DOCKER_LAYER,
  DOCKER_MANIFEST,
  layerCompression,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  ociMediaType,
} from "../../src/oci/media-types.ts";
import { parsePlatform } from "../../src/oci/platform.ts";
import { mutations } from "../support/mutations.ts";

const digest = `sha256:${"0".repeat(64)}`;
const config = { mediaType: OCI_CONFIG, digest, size: 2 };
const layer = { mediaType: `${OCI_LAYER}+gzip`, digest, size: 10 };
const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] };
const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ mediaType: OCI_MANIFEST, digest, size: 5 }] };

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

test("a manifest and an index are told apart by type, or by shape where no type is given", () => {
  assert.ok(!isIndex(parseManifestDocument(bytes(manifest), OCI_MANIFEST)));
  assert.ok(isIndex(parseManifestDocument(bytes(index), "text/plain")));
  const { mediaType: _, ...untyped } = manifest;
  assert.equal(parseManifest(bytes(untyped)).mediaType, OCI_MANIFEST);
  assert.equal(parseManifest(bytes(untyped), DOCKER_MANIFEST).mediaType, DOCKER_MANIFEST);
  assert.throws(() => parseManifest(bytes(index)), { code: "ARCHIVE_INVALID" });
  assert.throws(() => parseIndex(bytes(manifest)), { code: "ARCHIVE_INVALID" });
});

test("everything that the spec defines is read and null counts as absent", () => {
  const subject = { ...layer, annotations: { a: "b" }, platform: { os: "linux", architecture: "arm", variant: "" } };
  const read = parseManifest(bytes({ ...manifest, subject, annotations: { k: "v" }, artifactType: null, extra: 1 }));
  assert.deepEqual(read, {
    ...manifest,
    subject: { ...subject, platform: { os: "linux", architecture: "arm" } },
    annotations: { k: "v" },
  });
});

test("a document that can be read as both kinds is refused", () => {
  for (const both of [
    { ...manifest, manifests: [] },
    { ...index, layers: [] },
    { ...index, config },
    { ...index, fsLayers: [] },
  ]) {
    assert.throws(() => parseManifestDocument(bytes(both)), { code: "ARCHIVE_INVALID", message: /ambiguous/ });
  }
});

test("a type that contradicts the announcement or the members is refused", () => {
  assert.throws(() => parseManifestDocument(bytes(manifest), DOCKER_MANIFEST), { message: /announced/ });
  assert.throws(() => parseManifestDocument(bytes({ ...manifest, mediaType: OCI_INDEX })), {
    message: /members of another/,
  });
  assert.throws(() => parseManifestDocument(bytes({ ...index, mediaType: DOCKER_MANIFEST })), { message: /members/ });
  assert.throws(() => parseManifestDocument(bytes({ ...index, mediaType: "x/y" })), { message: /unknown media type/ });
});

test("schema 1 is refused by name", () => {
  for (const old of [
    { schemaVersion: 1, fsLayers: [] },
    { ...manifest, mediaType: "application/vnd.docker.distribution.manifest.v1+prettyjws" },
  ]) {
    assert.throws(() => parseManifestDocument(bytes(old)), { message: /schema 1/ });
  }
});

test("wrong members are named", () => {
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [[], /manifest is not an object/],
    [{ ...manifest, schemaVersion: "2" }, /schemaVersion/],
    [{ ...manifest, layers: {} }, /manifest\.layers is not a list/],
    [{ ...manifest, config: null }, /manifest\.config is not an object/],
    [{ ...manifest, layers: [{ ...layer, size: -1 }] }, /layers\[0\]\.size/],
    [{ ...manifest, layers: [{ ...layer, size: 1.5 }] }, /layers\[0\]\.size/],
    [{ ...manifest, layers: [{ ...layer, size: 1e300 }] }, /layers\[0\]\.size/],
    [{ ...manifest, layers: [{ ...layer, digest: "sha256:../../etc" }] }, /layers\[0\]\.digest/],
    [{ ...manifest, layers: [{ ...layer, mediaType: 1 }] }, /layers\[0\]\.mediaType/],
    [{ ...manifest, annotations: { a: 1 } }, /annotations\.a/],
    [{ ...manifest, layers: new Array(1001).fill(layer) }, /1001 items/],
  ];
  for (const [value, message] of rows) {
    assert.throws(() => parseManifestDocument(bytes(value)), { code: "ARCHIVE_INVALID", message });
  }
  assert.throws(() => parseManifestDocument(Buffer.from("{")), { message: /not JSON/ });
  assert.throws(() => parseManifestDocument(Buffer.from([0x22, 0xff, 0x22])), { message: /not JSON/ });
  assert.throws(() => parseManifestDocument(Buffer.alloc(MAX_DOCUMENT_BYTES + 1, " ")), { message: /limit/ });
});

test("annotations named __proto__ change nothing but themselves", () => {
  const read = parseManifest(Buffer.from(JSON.stringify(manifest).replace("{", '{"annotations":{"__proto__":"x"},')));
  assert.deepEqual(Object.keys(read.annotations ?? {}), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(read.annotations), Object.prototype);
});

test("damaged documents are read or refused, never worse", () => {
  const seeds = [
    bytes(manifest),
    bytes(index),
    bytes({ ...manifest, mediaType: DOCKER_MANIFEST, annotations: { a: "b" } }),
  ];
  let refused = 0;
  mutations(seeds, 60_000, (damaged) => {
    try {
      parseManifestDocument(damaged);
    } catch (error) {
      if (!isOciasmError(error)) throw error;
      refused++;
    }
  });
  assert.ok(refused > 10_000);
});

test("Docker's types have OCI twins and a compression", () => {
  assert.equal(ociMediaType(`${DOCKER_LAYER}.gzip`), `${OCI_LAYER}+gzip`);
  assert.equal(ociMediaType(DOCKER_LAYER), OCI_LAYER);
  assert.equal(ociMediaType(DOCKER_MANIFEST), OCI_MANIFEST);
  assert.equal(ociMediaType(DOCKER_INDEX), OCI_INDEX);
  assert.equal(ociMediaType(DOCKER_CONFIG), OCI_CONFIG);
  assert.equal(ociMediaType("x/y"), "x/y");
  assert.equal(layerCompression(`${OCI_LAYER}+zstd`), "zstd");
  assert.equal(layerCompression("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"), undefined);
});

const entry = (platform: string, more: object = {}) => ({
  mediaType: OCI_MANIFEST,
  digest: `sha256:${Buffer.from(platform + JSON.stringify(more))
    .toString("hex")
    .padEnd(64, "0")
    .slice(0, 64)}`,
  size: 1,
  platform: platform === "unknown/unknown" ? { os: "unknown", architecture: "unknown" } : parsePlatform(platform),
  ...more,
});

function choose(entries: readonly object[], platform: string) {
  return chooseManifest(parseIndex(bytes({ ...index, manifests: entries })), parsePlatform(platform), "base:1");
}

test("an index gives the exact platform, else the closest older variant, the first of equals", () => {
  const v6 = entry("linux/arm/v6");
  const v7 = entry("linux/arm/v7");
  const v5 = entry("linux/arm/v5");
  assert.equal(choose([v5, v6, v7], "linux/arm").digest, v7.digest);
  assert.equal(choose([v5, v6], "linux/arm").digest, v6.digest);
  const first = entry("linux/amd64", { size: 1 });
  const second = entry("linux/amd64", { size: 2 });
  assert.equal(choose([first, second], "linux/amd64").digest, first.digest);
});

test("attestations and artifacts are no images", () => {
  const attestation = entry("linux/amd64", { annotations: { "vnd.docker.reference.type": "attestation-manifest" } });
  assert.throws(() => choose([attestation, entry("unknown/unknown")], "linux/amd64"), { code: "BASE_MISMATCH" });
});

test("a platform that is not there is answered with those that are", () => {
  assert.throws(() => choose([entry("linux/s390x"), entry("linux/arm64"), entry("linux/arm64")], "linux/amd64"), {
    code: "BASE_MISMATCH",
    hint: "choose one of linux/arm64, linux/s390x",
  });
});

test("the only entry without a platform is taken on trust", () => {
  const bare = { mediaType: OCI_MANIFEST, digest, size: 1 };
  assert.equal(choose([bare], "linux/amd64").digest, digest);
  assert.throws(() => choose([bare, bare], "linux/amd64"), { code: "BASE_MISMATCH" });
});
