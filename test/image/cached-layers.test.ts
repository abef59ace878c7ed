import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { layerAnnotations, readLayerAnnotations } from "../../src/image/annotations.ts";
import { cachedLayers } from "../../src/image/cached-layers.ts";
import type { LayerRecord } from "../../src/layers/recipe.ts";
import { ANYWHERE, mayMeet } from "../../src/layers/roots.ts";
import type { ImageConfig } from "../../src/oci/config.ts";
import { parseImageConfig } from "../../src/oci/config-read.ts";
import type { Digest } from "../../src/oci/digest.ts";
import { type ImageManifest, parseManifest } from "../../src/oci/manifest.ts";
import { mutations } from "../support/mutations.ts";

const digestOf = (digit: string): Digest => `sha256:${digit.repeat(64)}`;
const GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";

const RECORD: LayerRecord = {
  key: digestOf("a"),
  kind: "package",
  title: "numpy",
  packages: ["numpy==2.4.6"],
  mediaType: GZIP,
  digest: digestOf("b"),
  size: 1000,
  diffId: digestOf("c"),
  roots: ["numpy", "numpy libs/ü%", "/usr/bin/f2py"],
};

const annotations = layerAnnotations(RECORD) ?? {};

function manifest(...layers: readonly Partial<ImageManifest["layers"][number]>[]): ImageManifest {
  return {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf("d"), size: 10 },
    layers: layers.map((layer) => ({ mediaType: GZIP, digest: digestOf("b"), size: 1000, annotations, ...layer })),
  };
}

const config = (...diffIds: readonly Digest[]): ImageConfig => ({
  architecture: "amd64",
  os: "linux",
  rootfs: { type: "layers", diff_ids: diffIds },
});

test("a layer's record comes back from its annotations and the config", () => {
  const { key, mediaType, digest, size, diffId, roots } = RECORD;
  assert.deepEqual(cachedLayers(manifest({}), config(digestOf("c"))), [
    { key, mediaType, digest, size, diffId, roots },
  ]);
});

test("each diffID is that of the layer at its place, foreign layers counted", () => {
  const layers = manifest({ annotations: {} }, {});
  const found = cachedLayers(layers, config(digestOf("1"), digestOf("2")));
  assert.deepEqual(
    found.map(({ diffId }) => diffId),
    [digestOf("2")],
  );
});

test("nothing is taken of an image whose config names another number of layers", () => {
  assert.deepEqual(cachedLayers(manifest({}, {}), config(digestOf("c"))), []);
  assert.deepEqual(cachedLayers(manifest({}), config()), []);
});

test("nothing is taken of a layer without bytes, or whose key is none", () => {
  const key = "dev.ociasm.layer.key";
  for (const layer of [
    { size: 0 },
    { annotations: {} },
    { annotations: { [key]: "sha256:short" } },
    { annotations: { [key]: digestOf("A") } },
    { annotations: { [key]: `${digestOf("a")}\n` } },
  ])
    assert.deepEqual(cachedLayers(manifest(layer), config(digestOf("c"))), [], JSON.stringify(layer));
});

for (const [what, text] of [
  ["too many", Array.from({ length: 300 }, (_, at) => `p${at}`).join(" ")],
  ["too deep", "a/".repeat(30_000)],
  ["too long", "a".repeat(200_000)],
  ["unreadable", "numpy %ff%"],
] as const) {
  test(`roots that are ${what} mean that the layer may bring anything, and comparing them ends at once`, () => {
    const told = readLayerAnnotations({ ...annotations, "dev.ociasm.layer.roots": text });
    const roots = told?.roots ?? [];
    assert.ok(roots.includes(ANYWHERE));
    assert.ok(mayMeet(roots, ["scipy"]));
  });
}

test("damaged manifests and configs are refused or read, and end nowhere else", () => {
  const [layers, ids] = [manifest({}, { annotations: {} }), config(digestOf("1"), digestOf("2"))];
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  let [read, refused] = [0, 0];
  const attempt = (manifestBytes: Uint8Array, configBytes: Uint8Array): void => {
    try {
      const found = cachedLayers(parseManifest(manifestBytes), parseImageConfig(configBytes));
      for (const { roots = [] } of found) mayMeet(roots, ["numpy"]);
      read++;
    } catch (error) {
      if (!isOciasmError(error) || error.code !== "ARCHIVE_INVALID") throw error;
      refused++;
    }
  };
  const [wholeManifest, wholeConfig] = [layers, ids].map((document) => Buffer.from(JSON.stringify(document)));
  assert.ok(wholeManifest !== undefined && wholeConfig !== undefined);
  mutations([wholeManifest], 30_000, (bytes) => attempt(bytes, wholeConfig));
  mutations([wholeConfig], 10_000, (bytes) => attempt(wholeManifest, bytes));
  Error.stackTraceLimit = limit;
  assert.ok(read > 1000 && refused > 1000, `${read} read, ${refused} refused`);
});
