import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { baseProviders, openBase } from "../../src/base/providers.ts";
import { openDestination } from "../../src/destination/destinations.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { OCI_LAYER, OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { formatPlatform } from "../../src/oci/platform.ts";
import { type FakeRegistryOptions, fakeRegistry } from "../fake-registry/registry.ts";
import { baseDeps, baseRequest } from "../support/base-deps.ts";
import {
  type BuiltImage,
  buildDocument,
  buildImage,
  buildIndex,
  buildLayer,
  buildTar,
  digestOfBytes,
  layersIn,
  packLayer,
  publicationOf,
} from "../support/image.ts";
import { temporaryFolder } from "../support/temporary.ts";

const PYTHON = {
  usr: { type: "directory", mode: 0o755 },
  "usr/local/bin/python3.12": "\x003.12.4\0",
  "usr/local/bin/python3": { type: "symlink", linkname: "python3.12" },
  "usr/local/lib/python3.12/lib-dynload/_json.cpython-312-x86_64-linux-gnu.so": "ELF",
  "usr/lib/x86_64-linux-gnu/libc.so.6": "GNU C Library stable release version 2.36.\n",
  lib: { type: "symlink", linkname: "usr/lib" },
  tmp: { type: "directory", mode: 0o1777 },
  "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
} as const;

/** Two platforms; the upper layer of each removes a file that would be found otherwise. */
async function pythonImages(): Promise<readonly BuiltImage[]> {
  const lower = await buildLayer({ ...PYTHON, "opt/odd": { type: "directory", mode: 0o700 } });
  const upper = packLayer(await buildTar({ "opt/.wh.odd": "" }), gzipSync, `${OCI_LAYER}+gzip`);
  const runtime = { Env: ["PATH=/usr/local/bin:/usr/bin", "A=1"], User: "app" };
  return [buildImage("linux/amd64", [lower, upper], runtime), buildImage("linux/arm64", [lower], runtime)];
}

async function startWith(t: TestContext, images: readonly BuiltImage[], options: FakeRegistryOptions = {}) {
  const registry = await fakeRegistry(t, options);
  for (const image of images) {
    for (const layer of image.built) registry.seed("base/python", layer.bytes);
    registry.seed("base/python", image.config.bytes);
    registry.seedManifest("base/python", "only", OCI_MANIFEST, image.manifest.bytes);
  }
  const index = buildIndex(images);
  registry.seedManifest("base/python", "3.12", index.descriptor.mediaType, index.bytes);
  return registry;
}

async function written(t: TestContext, images: readonly BuiltImage[], spec: (folder: string) => string) {
  const folder = temporaryFolder(t);
  const { signal, report } = baseDeps(t);
  const deps = { layers: layersIn(join(folder, "store"), images), report, signal, environment: {} };
  await openDestination(spec(folder)).write(publicationOf(images, ["registry.example/python:3.12"]), deps);
  return folder;
}

// The same image in every place that bases come from.
const PLACES: readonly {
  readonly name: string;
  spec(t: TestContext, images: readonly BuiltImage[]): Promise<string>;
}[] = [
  {
    name: "oci-layout",
    spec: async (t, images) =>
      `oci:${await written(t, images, (folder) => `type=oci,tar=false,dest=${folder}/out`)}/out:3.12`,
  },
  {
    name: "archive",
    spec: async (t, images) =>
      `archive:${await written(t, images, (folder) => `type=oci,dest=${folder}/out.tar`)}/out.tar`,
  },
  { name: "registry", spec: async (t, images) => `${(await startWith(t, images)).host}/base/python:3.12` },
];

for (const place of PLACES) {
  test(`${place.name}: the platform's image, its config and its facts`, async (t) => {
    const images = await pythonImages();
    const [image] = images as [BuiltImage];
    const deps = baseDeps(t);
    const spec = await place.spec(t, images);
    assert.equal(baseProviders.find((provider) => provider.matches(spec))?.name, place.name);
    const base = await openBase(spec, baseRequest(), deps);
    t.after(() => base.close());
    assert.equal(base.digest, image.manifest.descriptor.digest);
    assert.equal(base.pin, publicationOf(images, []).index?.descriptor.digest);
    assert.equal(formatPlatform(base.platform), "linux/amd64");
    assert.equal(base.config.config?.User, "app");
    assert.deepEqual(base.facts.python, {
      version: "3.12.4",
      executable: "/usr/local/bin/python3.12",
      freeThreaded: false,
    });
    assert.deepEqual(base.facts.libc, { family: "glibc", version: "2.36" });
    assert.deepEqual(base.facts.directories, [{ type: "directory", path: "tmp", mode: 0o1777 }]);
    assert.deepEqual(base.facts.links, { lib: "usr/lib" });
    assert.equal(base.facts.passwd, PYTHON["etc/passwd"]);
    assert.deepEqual(
      base.layers.map(({ kind, digest, size, diffId, uncompressedSize }) => [
        kind,
        digest,
        size,
        diffId,
        uncompressedSize,
      ]),
      image.built.map((layer) => [
        "base",
        layer.descriptor.digest,
        layer.descriptor.size,
        layer.diffId,
        layer.tar.length,
      ]),
    );
  });

  test(`${place.name}: a layer is brought into the store as it is`, async (t) => {
    const images = await pythonImages();
    const deps = baseDeps(t);
    const base = await openBase(await place.spec(t, images), baseRequest("linux/arm64"), deps);
    t.after(() => base.close());
    const [layer] = images[1]?.layers ?? [];
    assert.ok(layer !== undefined);
    await base.fetchLayer(layer, deps.report, deps.signal);
    assert.equal(digestOfBytes(readFileSync(deps.blobs.path(layer.digest))), layer.digest);
  });

  test(`${place.name}: a platform that is not there is answered with those that are`, async (t) => {
    const spec = await place.spec(t, await pythonImages());
    await assert.rejects(openBase(spec, baseRequest("linux/s390x"), baseDeps(t)), {
      code: "BASE_MISMATCH",
      hint: /linux\/amd64, linux\/arm64/,
    });
  });

  test(`${place.name}: content that contradicts the config is refused`, async (t) => {
    const honest = await buildLayer({ a: "1" });
    const other = await buildLayer({ a: "2" });
    const liar = buildImage("linux/amd64", [{ ...honest, diffId: other.diffId }]);
    const spec = await place.spec(t, [liar, buildImage("linux/arm64", [honest])]);
    await assert.rejects(openBase(spec, baseRequest(), baseDeps(t)), {
      code: "HASH_MISMATCH",
      message: /content of layer/,
    });
  });

  test(`${place.name}: a layer that is no tar is refused`, async (t) => {
    const broken = packLayer(Buffer.from("not a tar"), gzipSync, `${OCI_LAYER}+gzip`);
    const spec = await place.spec(t, [buildImage("linux/amd64", [broken]), buildImage("linux/arm64", [broken])]);
    await assert.rejects(openBase(spec, baseRequest(), baseDeps(t)), { code: "ARCHIVE_INVALID" });
  });

  test(`${place.name}: Debian packages can't be added`, async (t) => {
    const spec = await place.spec(t, await pythonImages());
    await assert.rejects(openBase(spec, { ...baseRequest(), system: ["curl"] }, baseDeps(t)), {
      code: "BASE_INVALID",
    });
  });
}

test("the facts of a manifest are read once", async (t) => {
  const images = await pythonImages();
  const registry = await startWith(t, images);
  const deps = baseDeps(t);
  const first = await openBase(`${registry.host}/base/python:3.12`, baseRequest(), deps);
  const blobs = () => registry.audit.requests.filter((request) => request.path.includes("/blobs/")).length;
  const before = blobs();
  const second = await openBase(`docker://${registry.host}/base/python:3.12`, baseRequest(), deps);
  assert.equal(blobs(), before);
  assert.deepEqual(second.facts, first.facts);
  assert.deepEqual([second.name, second.origin], [`${registry.host}/base/python:3.12`, `${registry.host}/base/python`]);
});

test("gzip members, zstd and plain tars are all layers", async (t) => {
  const tar = await buildTar(PYTHON);
  const half = Math.floor(tar.length / 2);
  const members = (bytes: Uint8Array) =>
    Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]);
  const built = [packLayer(tar, members, `${OCI_LAYER}+gzip`), packLayer(tar, (bytes) => bytes, OCI_LAYER)];
  const zstd = await import("zstd-napi").catch(() => undefined);
  if (zstd !== undefined) built.push(packLayer(tar, (bytes) => zstd.compress(Buffer.from(bytes)), `${OCI_LAYER}+zstd`));
  for (const layer of built) {
    const registry = await startWith(t, [buildImage("linux/amd64", [layer])]);
    const base = await openBase(`${registry.host}/base/python:only`, baseRequest(), baseDeps(t));
    assert.equal(base.facts.python?.version, "3.12.4", layer.descriptor.mediaType);
  }
});

test("an image for another machine, or one that is no image, is no base", async (t) => {
  const arm = buildImage("linux/arm64", [await buildLayer({ a: "1" })]);
  const registry = await startWith(t, [arm]);
  const deps = baseDeps(t);
  await assert.rejects(openBase(`${registry.host}/base/python:only`, baseRequest(), deps), { code: "BASE_MISMATCH" });
  const artifact = buildDocument(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { ...arm.config.descriptor, mediaType: "application/vnd.example+json" },
    layers: [],
  });
  registry.seedManifest("base/python", "artifact", OCI_MANIFEST, artifact.bytes);
  await assert.rejects(openBase(`${registry.host}/base/python:artifact`, baseRequest(), deps), {
    code: "BASE_INVALID",
  });
  await assert.rejects(openBase(`${registry.host}/base/none:1`, baseRequest(), deps), { code: "IMAGE_NOT_FOUND" });
  await assert.rejects(openBase(`${registry.host}/base/python:only`, { ...baseRequest(), offline: true }, deps), {
    code: "OFFLINE",
  });
});

test("a layer list that the config does not match is refused", async (t) => {
  const image = buildImage("linux/amd64", [await buildLayer({ a: "1" })]);
  const manifest = buildDocument(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: image.config.descriptor,
    layers: [],
  });
  const registry = await startWith(t, [{ ...image, manifest }]);
  await assert.rejects(openBase(`${registry.host}/base/python:only`, baseRequest(), baseDeps(t)), {
    code: "BASE_INVALID",
    message: /0 layers.*names 1/,
  });
});

test("a layout whose blobs are links, missing or changed is refused", async (t) => {
  const images = await pythonImages();
  const damage: readonly (readonly [(path: string) => void, string])[] = [
    [(path) => rmSync(path), "BLOB_CORRUPT"],
    [
      (path) => {
        rmSync(path);
        symlinkSync("/etc/passwd", path);
      },
      "BLOB_CORRUPT",
    ],
    [(path) => writeFileSync(path, gzipSync("x")), "BLOB_CORRUPT"],
    [(path) => writeFileSync(path, readFileSync(path).fill(0, 30, 31)), "HASH_MISMATCH"],
  ];
  for (const [hurt, code] of damage) {
    const folder = `${await written(t, images, (out) => `type=oci,tar=false,dest=${out}/out`)}/out`;
    const layer = images[0]?.layers[1] as Descriptor;
    hurt(join(folder, "blobs/sha256", layer.digest.slice(7)));
    await assert.rejects(openBase(`oci:${folder}:3.12`, baseRequest(), baseDeps(t)), (error: { code: string }) =>
      [code, "ARCHIVE_INVALID"].includes(error.code),
    );
  }
  await assert.rejects(openBase("oci:/nowhere/at/all", baseRequest(), baseDeps(t)), { code: "IMAGE_NOT_FOUND" });
});

test("a tag that a layout lacks is answered with those that it has", async (t) => {
  const folder = await written(t, await pythonImages(), (out) => `type=oci,tar=false,dest=${out}/out`);
  const deps = baseDeps(t);
  await assert.rejects(openBase(`oci:${folder}/out:3.13`, baseRequest(), deps), {
    code: "IMAGE_NOT_FOUND",
    hint: /3\.12/,
  });
  const base = await openBase(`oci:${folder}/out:registry.example/python:3.12`, baseRequest(), deps);
  assert.equal(base.facts.python?.version, "3.12.4");
});

test("an archive of docker save is read without a manifest of its own", async (t) => {
  const [image] = (await pythonImages()) as [BuiltImage];
  const folder = temporaryFolder(t);
  const [lower, upper] = image.built;
  const saved = await buildTar({
    "abc/layer.tar": lower?.tar ?? "",
    "def/layer.tar": { type: "symlink", linkname: "../ghi/layer.tar" },
    "ghi/layer.tar": upper?.tar ?? "",
    "config.json": image.config.bytes,
    "manifest.json": JSON.stringify([
      { Config: "config.json", RepoTags: ["app:1"], Layers: ["abc/layer.tar", "def/layer.tar"] },
    ]),
  });
  writeFileSync(join(folder, "saved.tar"), saved);
  for (const tag of ["", ":app:1", ":1"]) {
    const base = await openBase(`archive:${join(folder, "saved.tar")}${tag}`, baseRequest(), baseDeps(t));
    assert.equal(base.facts.python?.version, "3.12.4");
    assert.deepEqual(
      base.layers.map((layer) => layer.digest),
      image.built.map((layer) => layer.diffId),
    );
    await base.close();
  }
  const deps = baseDeps(t);
  await assert.rejects(openBase(`archive:${folder}/saved.tar:other:2`, baseRequest(), deps), {
    code: "IMAGE_NOT_FOUND",
    hint: /app:1/,
  });
  writeFileSync(join(folder, "saved.tar.gz"), gzipSync(saved));
  await assert.rejects(openBase(`archive:${folder}/saved.tar.gz`, baseRequest(), deps), {
    code: "ARCHIVE_INVALID",
    message: /compressed/,
  });
  await assert.rejects(openBase(`archive:${folder}/none.tar`, baseRequest(), deps), { code: "IMAGE_NOT_FOUND" });
});

test("scratch is empty and knows nothing", async (t) => {
  const base = await openBase("scratch", baseRequest("linux/arm64"), baseDeps(t));
  assert.deepEqual([base.layers, base.recipes, base.facts], [[], [], { directories: [], links: {} }]);
  assert.deepEqual(base.config, { os: "linux", architecture: "arm64", rootfs: { type: "layers", diff_ids: [] } });
});

test("nothing of a base is left on disk but blobs", async (t) => {
  const images = await pythonImages();
  const registry = await startWith(t, images);
  const deps = baseDeps(t);
  mkdirSync(join(deps.store.cacheDir, "tmp"), { recursive: true });
  await openBase(`${registry.host}/base/python:3.12`, baseRequest(), deps);
  assert.deepEqual(readdirSync(join(deps.store.cacheDir, "tmp")), []);
});
