import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ociLayout, ociLayoutType } from "../../src/destination/oci-layout.ts";
import { silent } from "../../src/events.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { createDiskStore } from "../../src/store/disk.ts";
import { temporaryName } from "../../src/store/temporary.ts";
import { type BuiltImage, buildImage, buildLayer, digestOfBytes, layersIn, publicationOf } from "../support/image.ts";
import { temporaryFolder } from "../support/temporary.ts";

const REF_NAME = "org.opencontainers.image.ref.name";

function depsFor(folder: string, images: readonly BuiltImage[]) {
  const layers = layersIn(join(folder, "store"), images);
  return { layers, report: silent, signal: new AbortController().signal, environment: {} };
}

function entriesOf(layout: string): readonly Descriptor[] {
  const index = JSON.parse(readFileSync(join(layout, "index.json"), "utf8")) as { manifests: Descriptor[] };
  return index.manifests;
}

function blobOf(layout: string, digest: string): Buffer {
  return readFileSync(join(layout, "blobs", "sha256", digest.slice(7)));
}

test("an image is written whole and every blob is what its name says", async (t) => {
  const folder = temporaryFolder(t);
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" }), await buildLayer({ b: "2" })]);
  const layout = join(folder, "out");
  const result = await ociLayout(layout).write(
    publicationOf([image], ["app:1", "registry.example/app:2"]),
    depsFor(folder, [image]),
  );
  assert.deepEqual(JSON.parse(readFileSync(join(layout, "oci-layout"), "utf8")), { imageLayoutVersion: "1.0.0" });
  assert.deepEqual(
    entriesOf(layout).map((entry) => [entry.digest, entry.platform?.architecture, entry.annotations]),
    [
      [
        image.manifest.descriptor.digest,
        "amd64",
        { "io.containerd.image.name": "docker.io/library/app:1", [REF_NAME]: "1" },
      ],
      [
        image.manifest.descriptor.digest,
        "amd64",
        { "io.containerd.image.name": "registry.example/app:2", [REF_NAME]: "2" },
      ],
    ],
  );
  const names = readdirSync(join(layout, "blobs", "sha256"));
  assert.equal(names.length, 4);
  for (const name of names) assert.equal(digestOfBytes(blobOf(layout, `sha256:${name}`)), `sha256:${name}`);
  assert.equal(
    result.uploaded,
    image.layers.reduce((sum, layer) => sum + layer.size, 0),
  );
});

test("a tag that is there is replaced and others stay", async (t) => {
  const folder = temporaryFolder(t);
  const layout = join(folder, "out");
  const [old, other, fresh] = [
    await buildLayer({ a: "1" }),
    await buildLayer({ b: "1" }),
    await buildLayer({ a: "2" }),
  ].map((layer) => buildImage("linux/amd64", [layer])) as [BuiltImage, BuiltImage, BuiltImage];
  const write = (image: BuiltImage, tags: readonly string[]) =>
    ociLayout(layout).write(publicationOf([image], tags), depsFor(folder, [image]));
  await write(old, ["app:1"]);
  await write(other, ["app:2"]);
  await write(other, []);
  await write(fresh, ["app:1"]);
  await write(fresh, []);
  assert.deepEqual(
    entriesOf(layout).map((entry) => [entry.annotations?.[REF_NAME], entry.digest]),
    [
      ["2", other.manifest.descriptor.digest],
      ["1", fresh.manifest.descriptor.digest],
      [undefined, fresh.manifest.descriptor.digest],
    ],
  );
});

test("several platforms go under one index", async (t) => {
  const folder = temporaryFolder(t);
  const layer = await buildLayer({ a: "1" });
  const images = [buildImage("linux/amd64", [layer]), buildImage("linux/arm64", [layer])];
  const layout = join(folder, "out");
  const publication = publicationOf(images, ["app:1"]);
  await ociLayout(layout).write(publication, depsFor(folder, images));
  assert.deepEqual(
    entriesOf(layout).map((entry) => entry.digest),
    [publication.index?.descriptor.digest],
  );
  assert.equal(readdirSync(join(layout, "blobs", "sha256")).length, 1 + 2 * 2 + 1);
});

test("a blob of the right size is kept unasked and one of the wrong size is written anew", async (t) => {
  const folder = temporaryFolder(t);
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" }), await buildLayer({ b: "2" })]);
  const layout = join(folder, "out");
  const publication = publicationOf([image], ["app:1"]);
  await ociLayout(layout).write(publication, depsFor(folder, [image]));
  const [kept, cut] = image.layers as [Descriptor, Descriptor];
  truncateSync(join(layout, "blobs", "sha256", cut.digest.slice(7)), 5);
  const deps = depsFor(folder, [image]);
  const result = await ociLayout(layout).write(publication, deps);
  assert.deepEqual(deps.layers.asked, [cut.digest]);
  assert.deepEqual(result, { uploaded: cut.size, mounted: 0, existing: kept.size });
  assert.equal(digestOfBytes(blobOf(layout, cut.digest)), cut.digest);
});

test("a document that was damaged without a change of size is written anew", async (t) => {
  const folder = temporaryFolder(t);
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  const layout = join(folder, "out");
  const publication = publicationOf([image], ["app:1"]);
  await ociLayout(layout).write(publication, depsFor(folder, [image]));
  const { digest, size } = image.config.descriptor;
  writeFileSync(join(layout, "blobs", "sha256", digest.slice(7)), "x".repeat(size));
  await ociLayout(layout).write(publication, depsFor(folder, [image]));
  assert.equal(digestOfBytes(blobOf(layout, digest)), digest);
});

test("a blob that is not what it should be leaves the old image in place", async (t) => {
  const folder = temporaryFolder(t);
  const layout = join(folder, "out");
  const old = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  await ociLayout(layout).write(publicationOf([old], ["app:1"]), depsFor(folder, [old]));
  const before = readFileSync(join(layout, "index.json"), "utf8");
  const fresh = buildImage("linux/amd64", [await buildLayer({ a: "2" })]);
  const deps = depsFor(folder, [fresh]);
  truncateSync(join(folder, "store", fresh.layers[0]?.digest.slice(7) ?? ""), 3);
  await assert.rejects(ociLayout(layout).write(publicationOf([fresh], ["app:1"]), deps), { code: "BLOB_CORRUPT" });
  assert.equal(readFileSync(join(layout, "index.json"), "utf8"), before);
  const leftovers = [...readdirSync(layout), ...readdirSync(join(layout, "blobs", "sha256"))].filter((name) =>
    name.startsWith("."),
  );
  assert.deepEqual(leftovers, []);
});

test("read-only blobs of the store come out writable", async (t) => {
  const folder = temporaryFolder(t);
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  const deps = depsFor(folder, [image]);
  for (const name of readdirSync(join(folder, "store"))) chmodSync(join(folder, "store", name), 0o444);
  await ociLayout(join(folder, "out")).write(publicationOf([image], []), deps);
  assert.ok(existsSync(join(folder, "out", "index.json")));
});

test("a folder with anything else in it is refused untouched", async (t) => {
  const folder = temporaryFolder(t);
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  const deps = depsFor(folder, [image]);
  const home = join(folder, "home");
  mkdirSync(home);
  writeFileSync(join(home, "letter.txt"), "dear");
  await assert.rejects(ociLayout(home).write(publicationOf([image], []), deps), {
    code: "USAGE",
    message: /letter\.txt/,
  });
  assert.deepEqual(readdirSync(home), ["letter.txt"]);
  writeFileSync(join(folder, "file"), "");
  await assert.rejects(ociLayout(join(folder, "file")).write(publicationOf([image], []), deps), { code: "USAGE" });
  mkdirSync(join(folder, "linked"));
  symlinkSync(home, join(folder, "linked", "blobs"));
  await assert.rejects(ociLayout(join(folder, "linked")).write(publicationOf([image], []), deps), { code: "USAGE" });
  assert.deepEqual(readdirSync(home), ["letter.txt"]);
});

test("an index.json that can't be read is not overwritten", async (t) => {
  const folder = temporaryFolder(t);
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  const layout = join(folder, "out");
  mkdirSync(layout);
  writeFileSync(join(layout, "oci-layout"), "{}");
  writeFileSync(join(layout, "index.json"), "{not json");
  await assert.rejects(ociLayout(layout).write(publicationOf([image], []), depsFor(folder, [image])), {
    code: "ARCHIVE_INVALID",
  });
  assert.equal(readFileSync(join(layout, "index.json"), "utf8"), "{not json");
});

test("the spec needs a folder and takes no other keys", () => {
  assert.equal(ociLayoutType.open({ type: "oci", dest: "x" }), undefined);
  assert.equal(ociLayoutType.open({ type: "oci", dest: "x", tar: "false" })?.title, "oci:x");
  assert.throws(() => ociLayoutType.open({ type: "oci", tar: "false" }), { code: "USAGE" });
  assert.throws(() => ociLayoutType.open({ type: "oci", tar: "false", dest: "-" }), { code: "USAGE" });
  assert.throws(() => ociLayoutType.open({ type: "oci", tar: "false", dest: "x", color: "red" }), { message: /color/ });
});

test("what a killed run left unfinished is removed, and what another run writes stays", async (t) => {
  const folder = temporaryFolder(t);
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  const layout = join(folder, "out");
  const blobs = join(layout, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const living = `.ociasm-${temporaryName()}`;
  const { pid = 0 } = spawnSync(process.execPath, ["-e", ""]);
  const dead = living.replace(`-${process.pid}-`, `-${pid}-`);
  for (const path of [layout, blobs]) for (const name of [living, dead]) writeFileSync(join(path, name), "half");
  await ociLayout(layout).write(publicationOf([image], ["app:1"]), depsFor(folder, [image]));
  for (const path of [layout, blobs]) {
    assert.deepEqual(
      readdirSync(path).filter((name) => name.startsWith(".ociasm-")),
      [living],
    );
  }
});

test("a sealed blob of the store is the same file in the layout, any other is copied", async (t) => {
  const folder = temporaryFolder(t);
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  const [layer] = image.layers;
  assert.ok(layer !== undefined);
  const store = createDiskStore(join(folder, "cache"));
  const [built] = image.built;
  await store.put(built?.bytes ?? Buffer.of());
  const deps = depsFor(folder, [image]);
  const sealed = { ...deps, layers: { ...deps.layers, local: async () => store.path(layer.digest) } };
  const [linked, copied] = [join(folder, "linked"), join(folder, "copied")];
  for (const round of [1, 2]) {
    await ociLayout(linked).write(publicationOf([image], [`app:${round}`]), sealed);
    await ociLayout(copied).write(publicationOf([image], [`app:${round}`]), deps);
  }
  const place = (layout: string): string => join(layout, "blobs", "sha256", layer.digest.slice(7));
  const own = statSync(store.path(layer.digest));
  assert.equal(statSync(place(linked)).ino, own.ino);
  assert.equal(own.nlink, 2);
  assert.equal(statSync(place(copied)).nlink, 1);
  assert.equal(statSync(place(copied)).mode & 0o777, 0o644);
  chmodSync(place(linked), 0o644);
  writeFileSync(place(linked), "an accident");
  assert.equal(await store.has(layer.digest), undefined, "the store serves what somebody wrote into the layout");
  assert.deepEqual(readdirSync(join(linked, "blobs", "sha256")).length, 3);
});
