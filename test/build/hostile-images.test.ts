import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ImageSource } from "../../src/base/image-source.ts";
import { openImageArgument } from "../../src/build/image-argument.ts";
import { readTree } from "../../src/build/read-tree.ts";
import { OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { digestOfBytes } from "../support/image.ts";
import { image, mover, spacedDocument } from "../support/moving.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** A layout folder with these documents, the last one on top. */
function layout(
  t: TestContext,
  documents: readonly { readonly descriptor: object; readonly bytes: Uint8Array }[],
): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "blobs/sha256"), { recursive: true });
  writeFileSync(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  for (const { bytes } of documents) writeFileSync(join(folder, "blobs/sha256", digestOfBytes(bytes).slice(7)), bytes);
  const manifests = [documents.at(-1)?.descriptor];
  writeFileSync(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
  return `oci:${folder}`;
}

async function read(t: TestContext, documents: Parameters<typeof layout>[1]) {
  const source = await openImageArgument(layout(t, documents), mover(t).deps);
  return readTree(source, undefined);
}

const index = (manifests: readonly object[]) =>
  spacedDocument(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests });

test("indexes may stand in indexes three deep, and no deeper", async (t) => {
  const { config, manifest } = image("linux/amd64", [], OCI_MANIFEST, OCI_CONFIG);
  const documents = [config, manifest];
  for (let depth = 0; depth < 3; depth++) documents.push(index([documents.at(-1)?.descriptor ?? {}]));
  const tree = await read(t, documents);
  assert.deepEqual([tree.images.length, tree.indexes.length], [1, 2]);
  documents.push(index([documents.at(-1)?.descriptor ?? {}]));
  await assert.rejects(read(t, documents), { code: "ARCHIVE_INVALID", message: /nested deeper than 3/ });
});

test("an index that names itself, as only a lying source can give it, ends", async () => {
  const digest = `sha256:${"a".repeat(64)}` as const;
  const bytes = index([{ mediaType: OCI_INDEX, digest, size: 1 }]).bytes;
  const entry = { mediaType: OCI_INDEX, digest, size: bytes.length };
  const loop = index([entry]).bytes;
  let asked = 0;
  const source: ImageSource = {
    title: "liar",
    top: async () => ({ descriptor: entry, bytes: loop }),
    document: async () => {
      asked++;
      return loop;
    },
    layer: () => Promise.reject(new Error("no layer")),
    stream: () => Promise.reject(new Error("no layer")),
    fetchLayer: () => Promise.reject(new Error("no layer")),
    close: async () => {},
  };
  await assert.rejects(readTree(source, undefined), { code: /ARCHIVE_INVALID|HASH_MISMATCH/ });
  assert.ok(asked <= 4);
});

test("many large documents are refused before they fill the memory", async () => {
  const padding = "x".repeat(7 * 1024 * 1024);
  const config = { mediaType: "application/vnd.example+json", digest: digestOfBytes(Buffer.from("{}")), size: 2 };
  const documents = Array.from({ length: 20 }, (_, at) =>
    spacedDocument(OCI_MANIFEST, {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config,
      layers: [],
      annotations: { at: String(at), padding },
    }),
  );
  const top = index(documents.map((document) => document.descriptor));
  const byDigest = new Map(documents.map((document) => [document.descriptor.digest, document.bytes]));
  let given = 0;
  const source: ImageSource = {
    title: "heavy",
    top: async () => top,
    document: async ({ digest }) => {
      const bytes = byDigest.get(digest) ?? Buffer.from("{}");
      given += bytes.length;
      return bytes;
    },
    layer: () => Promise.reject(new Error("no layer")),
    stream: () => Promise.reject(new Error("no layer")),
    fetchLayer: () => Promise.reject(new Error("no layer")),
    close: async () => {},
  };
  await assert.rejects(readTree(source, undefined), { code: "ARCHIVE_INVALID", message: /more manifests/ });
  assert.ok(given < 80 * 1024 * 1024);
});

const digest = `sha256:${"0".repeat(64)}`;
const config = { mediaType: OCI_CONFIG, digest, size: 2 };

for (const [name, value, expected] of [
  ["schema 1", { schemaVersion: 1, name: "x", fsLayers: [] }, /schema 1/],
  ["both an index and a manifest", { schemaVersion: 2, manifests: [], layers: [], config }, /ambiguous/],
  [
    "a manifest with an index's type",
    { schemaVersion: 2, mediaType: OCI_INDEX, layers: [], config },
    /index\.v1\+json" has the members of another/,
  ],
  ["a negative size", { schemaVersion: 2, config, layers: [{ ...config, size: -1 }] }, /size/],
  ["a size beyond counting", { schemaVersion: 2, config, layers: [{ ...config, size: 1e300 }] }, /size/],
  [
    "a config of 1 TB",
    { schemaVersion: 2, config: { ...config, size: 1e12 }, layers: [] },
    /announced with 1000000000000/,
  ],
  [
    "a digest that leads elsewhere",
    { schemaVersion: 2, config: { ...config, digest: "sha256:../../etc" }, layers: [] },
    /digest/,
  ],
  ["neither layers nor manifests", { schemaVersion: 2, mediaType: OCI_MANIFEST }, /neither/],
  [
    "an index of what is no manifest",
    { schemaVersion: 2, manifests: [{ ...config, mediaType: "text/plain" }] },
    /text\/plain/,
  ],
  [
    "ten thousand layers",
    { schemaVersion: 2, config, layers: Array.from({ length: 10_000 }, () => config) },
    /10000 items/,
  ],
] as const) {
  test(`refused and named: ${name}`, async (t) => {
    const { descriptor, bytes } = spacedDocument(OCI_MANIFEST, value);
    const mediaType = "mediaType" in value ? value.mediaType : "manifests" in value ? OCI_INDEX : OCI_MANIFEST;
    await assert.rejects(read(t, [{ descriptor: { ...descriptor, mediaType }, bytes }]), {
      code: "ARCHIVE_INVALID",
      message: expected,
    });
  });
}

test("`__proto__` is a member like any other", async (t) => {
  const { config: own, manifest } = image("linux/amd64", [], OCI_MANIFEST, OCI_CONFIG);
  const text = manifest.bytes.toString().replace("{", '{"__proto__": {"layers": [], "manifests": []},');
  const bytes = Buffer.from(text);
  const descriptor = { mediaType: OCI_MANIFEST, digest: digestOfBytes(bytes), size: bytes.length };
  const tree = await read(t, [own, { descriptor, bytes }]);
  assert.equal(tree.images.length, 1);
  assert.equal(({} as Record<string, unknown>)["manifests"], undefined);
});

test("a manifest of 100 MB is refused unread", async (t) => {
  const name = layout(t, [
    { descriptor: { mediaType: OCI_MANIFEST, digest, size: 100_000_000 }, bytes: Buffer.from("") },
  ]);
  writeFileSync(join(name.slice(4), "blobs/sha256", digest.slice(7)), Buffer.alloc(100_000_000, 32));
  const source = await openImageArgument(name, mover(t).deps);
  await assert.rejects(readTree(source, undefined), { code: "ARCHIVE_INVALID", message: /100000000 bytes, the limit/ });
});

test("a registry's manifest of 100 MB, or one that is not what its digest says, is refused", async (t) => {
  const registry = await fakeRegistry(t);
  const manifestText = image("linux/amd64", [], OCI_MANIFEST, OCI_CONFIG).manifest.bytes;
  const huge = Buffer.concat([manifestText, Buffer.alloc(100_000_000, 32)]);
  registry.seedManifest("app", "huge", OCI_MANIFEST, huge);
  const { config: own, manifest } = image("linux/amd64", [], OCI_MANIFEST, OCI_CONFIG);
  registry.seed("app", own.bytes);
  const known = registry.seedManifest("app", "1", OCI_MANIFEST, manifest.bytes);
  registry.corruptManifest("app", known, OCI_MANIFEST, Buffer.concat([manifest.bytes, Buffer.from(" ")]));
  const { deps } = mover(t);
  for (const [name, code] of [
    ["huge", "NETWORK"],
    ["1", "HASH_MISMATCH"],
  ]) {
    const source = await openImageArgument(`docker://${registry.host}/app:${name}`, deps);
    await assert.rejects(readTree(source, undefined), { code }, name);
  }
});
