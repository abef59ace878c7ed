import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { ImageSource } from "../../src/base/image-source.ts";
import { foundLayer } from "../../src/build/known-layers.ts";
import { readPrevious } from "../../src/build/previous-image.ts";
import { OciasmError } from "../../src/errors.ts";
import { layerAnnotations } from "../../src/image/annotations.ts";
import type { LayerRecipe } from "../../src/layers/recipe.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { type Digest, digestOfHex } from "../../src/oci/digest.ts";

// What an image in a registry may say of itself, whoever wrote it.

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";

const digestOf = (digit: string): Digest => `sha256:${digit.repeat(64)}`;
const annotations = layerAnnotations({
  key: digestOf("a"),
  kind: "environment",
  title: "environment",
  packages: [],
  mediaType: GZIP,
  digest: digestOf("b"),
  size: 10,
  diffId: digestOf("c"),
});
const LAYER = {
  mediaType: GZIP,
  digest: digestOf("b"),
  size: 10,
  ...(annotations === undefined ? {} : { annotations }),
};

interface Place extends ImageSource {
  readonly asked: string[];
  put(value: unknown, mediaType: string, claims?: Partial<Descriptor>): Descriptor;
}

/** A place that holds what is put there; the last is its top. */
function place(): Place {
  const documents = new Map<Digest, Uint8Array>();
  const asked: string[] = [];
  let top: Descriptor | undefined;
  const document = async ({ digest }: Descriptor): Promise<Uint8Array> => {
    asked.push(digest);
    const bytes = documents.get(digest);
    if (bytes === undefined) throw new OciasmError("IMAGE_NOT_FOUND", `${digest} does not exist`);
    return bytes;
  };
  const unused = (): never => {
    throw new Error("no layer is read");
  };
  return {
    title: "test",
    asked,
    put: (value, mediaType, claims = {}) => {
      const bytes = Buffer.from(JSON.stringify(value));
      const digest = digestOfHex(createHash("sha256").update(bytes).digest("hex"));
      documents.set(digest, bytes);
      top = { mediaType, digest, size: bytes.length, ...claims };
      return top;
    },
    top: async () => {
      if (top === undefined) throw new Error("nothing was put");
      return { descriptor: top, bytes: await document(top) };
    },
    document,
    layer: unused,
    stream: unused,
    fetchLayer: unused,
    close: async () => {},
  };
}

function putImage(
  at: Place,
  more: { readonly config?: object; readonly manifest?: object; readonly claims?: object } = {},
): Descriptor {
  const rootfs = { type: "layers", diff_ids: [digestOf("c")] };
  const config = at.put({ architecture: "amd64", os: "linux", rootfs, ...more.config }, CONFIG);
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [LAYER], ...more.manifest };
  return at.put(manifest, MANIFEST, more.claims);
}

test("layers, base and note of an image are read", async () => {
  const at = place();
  const told = { "org.opencontainers.image.base.digest": digestOf("e"), "dev.ociasm.base.note": "{}" };
  putImage(at, { manifest: { annotations: told } });
  const [image] = await readPrevious(at);
  assert.deepEqual([image?.base, image?.baseNote], [digestOf("e"), "{}"]);
  assert.deepEqual(
    image?.layers.map(({ key, digest, diffId, size }) => ({ key, digest, diffId, size })),
    [{ key: digestOf("a"), digest: digestOf("b"), diffId: digestOf("c"), size: 10 }],
  );
});

test("images for other machines are read too, for their layers may be the same", async () => {
  const at = place();
  const images = ["amd64", "arm64"].map((architecture) => ({
    ...putImage(at, { config: { architecture } }),
    platform: { os: "linux", architecture },
  }));
  at.put({ schemaVersion: 2, mediaType: INDEX, manifests: images }, INDEX);
  const found = await readPrevious(at);
  assert.deepEqual(
    found.map(({ layers }) => layers.length),
    [1, 1],
  );
});

test("of an index no more than eight images are read, and no attestation", async () => {
  const at = place();
  const many = Array.from({ length: 20 }, (_, count) => putImage(at, { config: { author: `${count}` } }));
  const attestation = { ...putImage(at), platform: { os: "unknown", architecture: "unknown" } };
  const before = at.asked.length;
  at.put({ schemaVersion: 2, mediaType: INDEX, manifests: [attestation, ...many] }, INDEX);
  assert.equal((await readPrevious(at)).length, 8);
  assert.ok(!at.asked.slice(before).includes(attestation.digest));
});

test("an index in an index has no layers", async () => {
  const at = place();
  const inner = at.put({ schemaVersion: 2, mediaType: INDEX, manifests: [] }, INDEX);
  at.put({ schemaVersion: 2, mediaType: INDEX, manifests: [{ ...inner, mediaType: MANIFEST }] }, INDEX);
  await assert.rejects(readPrevious(at), { code: "ARCHIVE_INVALID" });
});

test("what others made is not looked into any further", async () => {
  for (const manifest of [
    { layers: [{ ...LAYER, annotations: undefined }] },
    { config: { mediaType: "application/vnd.example.model", digest: digestOf("d"), size: 2 } },
  ]) {
    const at = place();
    const { digest } = putImage(at, { manifest });
    assert.deepEqual(await readPrevious(at), [{ digest, layers: [] }]);
    assert.deepEqual(at.asked, [digest]);
  }
});

test("nothing is asked for that can't be a document by its size", async () => {
  const at = place();
  const config = { mediaType: CONFIG, digest: digestOf("d"), size: 100 * 1024 * 1024 };
  const { digest } = putImage(at, { manifest: { config } });
  await assert.rejects(readPrevious(at), { code: "ARCHIVE_INVALID" });
  assert.deepEqual(at.asked, [digest]);
});

test("a config that is gone, or no config, fails the place and nothing else", async () => {
  const gone = place();
  putImage(gone, { manifest: { config: { mediaType: CONFIG, digest: digestOf("d"), size: 2 } } });
  await assert.rejects(readPrevious(gone), { code: "IMAGE_NOT_FOUND" });
  const wrong = place();
  putImage(wrong, { config: { rootfs: { type: "layers", diff_ids: ["../../etc/passwd"] } } });
  await assert.rejects(readPrevious(wrong), { code: "ARCHIVE_INVALID" });
});

const RECIPE = {
  kind: "environment",
  title: "environment",
  packages: ["own==1"],
  sources: [],
  codec: { name: "gzip", level: 6, fingerprint: "test" },
} as unknown as LayerRecipe;

test("a layer fits by its media type and by having wheels or none, and keeps this plan's names", async () => {
  const source = place();
  const find = (more: object) => ({
    layer: { key: digestOf("a"), mediaType: GZIP, digest: digestOf("b"), size: 10, diffId: digestOf("c"), ...more },
    image: digestOf("f"),
    source,
  });
  const planned = { recipe: RECIPE, key: digestOf("a") };
  for (const foreign of [
    { mediaType: "application/vnd.oci.image.layer.v1.tar+zstd" },
    { mediaType: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip" },
    { mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" },
    { roots: ["numpy"] },
  ])
    assert.equal(foundLayer(planned, [find(foreign)]), undefined, JSON.stringify(foreign));
  const wheel = { ...planned, recipe: { ...RECIPE, sources: [{ type: "wheel" }] } as unknown as LayerRecipe };
  assert.equal(foundLayer(wheel, [find({})]), undefined, "a layer with wheels that tells no roots");
  const known = foundLayer(planned, [find({}), find({ diffId: digestOf("9") }), find({ size: 11 }), find({})]);
  assert.deepEqual(known?.record.packages, ["own==1"]);
  assert.equal(known?.finds.length, 2, "who says something else of the layer is no place to get it from");
});
