import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openImageArgument } from "../../src/build/image-argument.ts";
import { mergeImages } from "../../src/build/merge-images.ts";
import { ociLayout } from "../../src/destination/oci-layout.ts";
import { silent } from "../../src/events.ts";
import { indexOfEntries } from "../../src/image/index.ts";
import { parseIndex } from "../../src/oci/manifest.ts";
import { OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { type BuiltImage, buildDocument, buildImage, buildLayer, layersIn, publicationOf } from "../support/image.ts";
import { mixedIndex, mover, seedMoved } from "../support/moving.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** The image in a layout of its own, as an argument. */
async function layoutOf(t: TestContext, ...images: readonly BuiltImage[]): Promise<string> {
  const folder = temporaryFolder(t);
  const layers = layersIn(`${folder}/store`, images);
  const deps = { layers, report: silent, signal: new AbortController().signal, environment: {} };
  await ociLayout(`${folder}/out`).write(publicationOf(images, ["app:1"]), deps);
  return `oci:${folder}/out`;
}

async function merge(t: TestContext, names: readonly string[], annotations = {}) {
  const { deps } = mover(t);
  const sources = await Promise.all(names.map((name) => openImageArgument(name, deps)));
  return mergeImages(sources, { index: {}, descriptor: {}, ...annotations });
}

const three = async (): Promise<readonly [BuiltImage, BuiltImage, BuiltImage]> => [
  buildImage("linux/amd64", [await buildLayer({ a: "1" })]),
  buildImage("linux/arm64", [await buildLayer({ b: "1" })]),
  buildImage("linux/arm/v7", [await buildLayer({ c: "1" })]),
];

test("the order of the sources, and what they were merged to before, decide nothing", async (t) => {
  const [one, two, other] = await three();
  const [a, b, c, ab] = [
    await layoutOf(t, one),
    await layoutOf(t, two),
    await layoutOf(t, other),
    await layoutOf(t, one, two),
  ];
  const orders = [
    [a, b, c],
    [c, b, a],
    [ab, c],
    [c, a, ab],
    [b, ab, c, a, a],
  ];
  const digests = new Set<string>();
  for (const names of orders) {
    const { top, images } = await merge(t, names);
    digests.add(top.descriptor.digest);
    assert.deepEqual(
      parseIndex(top.bytes).manifests.map((entry) => entry.digest),
      [one, other, two].map((image) => image.manifest.descriptor.digest),
    );
    assert.equal(new Set(images.map((image) => image.manifest.descriptor.digest)).size, 3);
  }
  assert.equal(digests.size, 1);
  // The same image, once with an annotation on its entry and once without.
  const annotations = { descriptor: { "org.example.built": "apart" } };
  const [left, right] = [await merge(t, [a, ab], annotations), await merge(t, [ab, a], annotations)];
  assert.equal(left.top.descriptor.digest, right.top.descriptor.digest);
  assert.match(Buffer.from(left.top.bytes).toString(), /"org\.example\.built"/);
});

test("two different images of one platform are refused, also under another word for it", async (t) => {
  const [one] = await three();
  const twin = buildImage("linux/amd64", [await buildLayer({ other: "1" })]);
  await assert.rejects(merge(t, [await layoutOf(t, one), await layoutOf(t, twin)]), {
    code: "CONFIG_INVALID",
    message: /two different images for linux\/amd64/,
  });
  const [{ descriptor: v8 }, { descriptor: plain }] = [buildDocument(OCI_MANIFEST, 1), buildDocument(OCI_MANIFEST, 2)];
  const arm64 = { os: "linux", architecture: "arm64" };
  const both = [
    { ...v8, platform: { ...arm64, variant: "v8" } },
    { ...plain, platform: arm64 },
  ];
  assert.throws(() => indexOfEntries(both), { code: "CONFIG_INVALID" });
});

test("attestations come along, and annotations go where they were asked for", async (t) => {
  const registry = await fakeRegistry(t);
  seedMoved(registry, "app", "1", await mixedIndex());
  const [, , other] = await three();
  const { top } = await merge(t, [`${registry.host}/app:1`, await layoutOf(t, other)], {
    index: { "org.example.who": "me" },
    descriptor: { "org.example.built": "apart" },
  });
  const index = parseIndex(top.bytes);
  assert.deepEqual(index.annotations, { "org.example.who": "me" });
  const kinds = index.manifests.map((entry) => [entry.platform?.architecture, Object.keys(entry.annotations ?? {})]);
  assert.deepEqual(kinds, [
    [undefined, []],
    ["amd64", []],
    ["arm", ["org.example.built"]],
    ["unknown", ["vnd.docker.reference.digest", "vnd.docker.reference.type"]],
  ]);
});
