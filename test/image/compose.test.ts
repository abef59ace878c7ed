import assert from "node:assert/strict";
import { test } from "node:test";
import { composeImage } from "../../src/image/compose.ts";
import { composeIndex } from "../../src/image/index.ts";
import { parseImageConfig } from "../../src/oci/config-read.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { parseIndex, parseManifest } from "../../src/oci/manifest.ts";
import { baseConfig, digest, foreignLayer, layer, parts } from "./fixtures.ts";

const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

test("config and manifest are canonical JSON whose descriptors fit", () => {
  const image = composeImage(parts());
  for (const { bytes, descriptor } of [image.config, image.manifest]) {
    assert.equal(descriptor.size, bytes.length);
    assert.equal(descriptor.digest, digestOf(bytes));
  }
  const manifest = parseManifest(image.manifest.bytes, image.manifest.descriptor.mediaType);
  assert.deepEqual(manifest.config, image.config.descriptor);
  assert.deepEqual(manifest.layers, image.layers);
  assert.equal(Buffer.from(image.manifest.bytes).toString().slice(0, 12), '{"config":{"');
});

test("the same parts give the same digest, in whatever order settings stand", () => {
  const one = composeImage(parts({ labels: { a: "1", b: "2" }, env: { A: "1", B: "2" }, volumes: ["/a", "/b"] }));
  const two = composeImage(parts({ volumes: ["/b", "/a"], env: { B: "2", A: "1" }, labels: { b: "2", a: "1" } }));
  assert.equal(one.manifest.descriptor.digest, two.manifest.descriptor.digest);
});

test("our layers carry their key, kind and packages, the base's nothing", () => {
  const base = { config: baseConfig(), layers: [{ ...foreignLayer("b"), mediaType: DOCKER_LAYER }] };
  const ours = layer("a", { packages: ["torch==2.9.1", "triton==3"] });
  const { layers } = composeImage(parts({}, { base, layers: [ours] }));
  assert.deepEqual(layers, [
    { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digest("b"), size: 10 },
    {
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      digest: digest("a"),
      size: 10,
      annotations: {
        "dev.ociasm.layer.key": digest("a"),
        "dev.ociasm.layer.kind": "package",
        "dev.ociasm.layer.packages": "torch==2.9.1 triton==3",
      },
    },
  ]);
});

test("history has one entry a layer and names the packages", () => {
  const history = [{ created_by: "ADD x" }, { created_by: "ENV y", empty_layer: true }];
  const base = { config: baseConfig({}, { history }), layers: [foreignLayer("b")] };
  const config = parseImageConfig(composeImage(parts({}, { base })).config.bytes);
  assert.deepEqual(config.rootfs.diff_ids, [digest("b"), digest("a")]);
  assert.deepEqual(config.history, [
    ...history,
    { created: "2025-01-02T03:04:05Z", created_by: "package: demo==1.0", comment: "ociasm" },
  ]);
});

test("a base history that does not fit its layers is replaced by one that does", () => {
  for (const history of [[], [{ created_by: "a" }, { created_by: "b" }]]) {
    const base = { config: baseConfig({}, { history }), layers: [foreignLayer("b")], name: "r.example/b:1" };
    const config = parseImageConfig(composeImage(parts({}, { base })).config.bytes);
    assert.equal(config.history?.length, 2);
    assert.equal(config.history?.[0]?.comment, "base image r.example/b:1");
  }
});

test("the base's name and digest are annotations of the manifest", () => {
  const base = { config: baseConfig(), layers: [], name: "r.example/b:1", digest: digest("c") };
  const settings = {
    annotations: {
      plain: "1",
      "manifest:m": "2",
      "index:i": "3",
      "manifest-descriptor:d": "4",
      "manifest,index:both": "5",
      "a.b:c": "6",
    },
  };
  const image = composeImage(parts(settings, { base }));
  assert.deepEqual(parseManifest(image.manifest.bytes).annotations, {
    "org.opencontainers.image.base.name": "r.example/b:1",
    "org.opencontainers.image.base.digest": digest("c"),
    plain: "1",
    m: "2",
    both: "5",
    "a.b:c": "6",
  });
  assert.deepEqual(image.inIndex.annotations, { d: "4" });
});

test("platform, author, version and features of the system are in the config", () => {
  const settings = { author: "me", osVersion: "10.0.1", osFeatures: ["win32k"], variant: "v9" };
  const platform = { os: "linux", architecture: "arm64", variant: "v8" };
  const image = composeImage(parts(settings, { platform }));
  const config = parseImageConfig(image.config.bytes);
  assert.deepEqual(
    [config.author, config.os, config.architecture, config.variant, config["os.version"], config["os.features"]],
    ["me", "linux", "arm64", "v9", "10.0.1", ["win32k"]],
  );
  assert.equal(config.created, "2025-01-02T03:04:05Z");
  const index = JSON.parse(Buffer.from(composeIndex([image]).bytes).toString()) as {
    manifests: { platform: unknown }[];
  };
  assert.deepEqual(index.manifests[0]?.platform, {
    os: "linux",
    architecture: "arm64",
    variant: "v9",
    "os.version": "10.0.1",
    "os.features": ["win32k"],
  });
});

test("an index names each platform once, in one order", () => {
  const arm = composeImage(
    parts({ annotations: { "manifest-descriptor:d": "x" } }, { platform: { os: "linux", architecture: "arm64" } }),
  );
  const amd = composeImage(parts());
  const index = composeIndex([arm, amd], { i: "1" });
  assert.deepEqual(composeIndex([amd, arm], { i: "1" }).descriptor, index.descriptor);
  const read = parseIndex(index.bytes, index.descriptor.mediaType);
  assert.deepEqual(read.annotations, { i: "1" });
  assert.deepEqual(read.manifests, [
    { ...amd.manifest.descriptor, platform: { os: "linux", architecture: "amd64" } },
    { ...arm.manifest.descriptor, platform: { os: "linux", architecture: "arm64" }, annotations: { d: "x" } },
  ]);
  assert.throws(() => composeIndex([amd, composeImage(parts({ user: "x" }))]), { code: "CONFIG_INVALID" });
});
