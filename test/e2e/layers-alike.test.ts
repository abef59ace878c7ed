import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findBackend } from "../../src/codec/zstd.ts";
import { ociasm, run } from "../support/cli.ts";
import { filesBelow, type ReadImage, readLayout } from "../support/oci-layout.ts";
import { containerdIn, podmanIn, RUN, succeeds } from "../support/private-engines.ts";
import { REQUIREMENTS, writeSmallApp } from "../support/small-app.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, needsTools } from "../support/tools.ts";
import {
  appliedTree,
  diskTree,
  ourView,
  type Tree,
  tarfileView,
  tarStreamView,
  type View,
} from "../support/tree-view.ts";

// Layers of a whole image, Debian packages and all, as every reader sees them.

/** In CI there must be a libzstd: its absence shows as a failure there, and nowhere else. */
const hasZstd = process.env["CI"] === "true" || (await findBackend().then(Boolean, () => false));
type Codec = "gzip" | "zstd" | "none";
const CODECS: readonly Codec[] = hasZstd ? ["gzip", "zstd", "none"] : ["gzip", "none"];

let work = "";
const images = new Map<Codec, ReadImage>();
/** Tars of the image's layers and what this project's reader finds in them, lowest first. */
const layers: { readonly tar: string; readonly views: readonly View[] }[] = [];

const layout = (codec: Codec) => join(work, codec);
const archive = (codec: Codec) => join(work, `${codec}.tar`);

function image(codec: Codec): ReadImage {
  const found = images.get(codec);
  assert.ok(found);
  return found;
}

before(async () => {
  work = await mkdtemp(join(tmpdir(), "ociasm-alike-"));
  await writeSmallApp(join(work, "app"));
  for (const codec of CODECS) {
    const outputs = ["-o", `type=oci,dest=${layout(codec)},tar=false`, "-o", `type=docker,dest=${archive(codec)}`];
    const where = ["-r", REQUIREMENTS, "--cache-dir", join(work, "cache"), "-q"];
    const result = await ociasm([
      "build",
      join(work, "app"),
      "-t",
      "small:1",
      "--compression",
      codec,
      ...outputs,
      ...where,
    ]);
    assert.equal(result.code, 0, result.stderr);
    const [read] = await readLayout(layout(codec));
    assert.ok(read);
    images.set(codec, read);
  }
  for (const { path } of image("none").layers) layers.push({ tar: path, views: await ourView(path) });
});

after(async () => {
  await rm(work, { recursive: true, force: true });
});

/** Where the trees differ, for a message that can be read. */
function assertTree(actual: Tree, expected: Tree, reader: string): void {
  const paths = new Set([...expected.keys(), ...actual.keys()]);
  const wrong = [...paths].filter((path) => actual.get(path) !== expected.get(path));
  const shown = wrong
    .slice(0, 5)
    .map((path) => `${path}\n  found    ${actual.get(path)}\n  expected ${expected.get(path)}`);
  assert.equal(wrong.length, 0, `${reader} differs in ${wrong.length} of ${paths.size} paths\n${shown.join("\n")}`);
}

test("the image has layers of every kind, and their entries are plain", () => {
  const paths = new Set(layers.flatMap(({ views }) => views.map((view) => view.path)));
  for (const path of [
    "usr/lib/python3.11/os.py",
    "app/.venv/lib/python3/site-packages/bcrypt/_bcrypt.abi3.so",
    "app/.venv/bin/jp.py",
    "app/.venv/bin/normalizer",
    "app/.venv/bin/small",
    "app/.venv/pyvenv.cfg",
    "app/src/small/ıİ-é-😀.txt",
  ]) {
    assert.ok(paths.has(path), path);
  }
  assert.ok(paths.size > 2000, `${paths.size} paths`);
  assert.ok(
    layers.flatMap(({ views }) => views).some((view) => view.uid !== 0),
    "nothing belongs to the user",
  );
});

test("every codec carries the same tars", async () => {
  const diffIds = (codec: Codec) => image(codec).layers.map((layer) => layer.diffId);
  for (const codec of CODECS) assert.deepEqual(diffIds(codec), diffIds("none"), codec);
  assert.deepEqual(
    image("none").layers.map((layer) => layer.digest),
    diffIds("none"),
  );
});

const DECOMPRESSORS: Readonly<Record<Codec, readonly (readonly string[])[]>> = {
  gzip: [
    ["gzip", "-dc"],
    ["pigz", "-dc"],
    ["bsdcat"],
    ["python3", "-c", "import gzip,shutil,sys; shutil.copyfileobj(gzip.open(sys.stdin.buffer), sys.stdout.buffer)"],
  ],
  zstd: [["zstd", "-dc"], ["bsdcat"]],
  none: [["bsdcat"]],
};

test("every decompressor finds the diffID in every blob", async (t) => {
  if (!needsTools(t, "gzip", "pigz", "bsdcat", "zstd", "python3")) return;
  for (const codec of CODECS) {
    for (const layer of image(codec).layers) {
      for (const command of DECOMPRESSORS[codec]) {
        const script = 'blob=$1; shift; "$@" < "$blob" | sha256sum';
        const sum = await succeeds("bash", "-o", "pipefail", "-c", script, "bash", layer.path, ...command);
        assert.equal(`sha256:${sum.slice(0, 64)}`, layer.diffId, `${command[0]} ${layer.path}`);
      }
    }
  }
  for (const { path } of image("gzip").layers) {
    for (const tool of ["gzip", "pigz"]) await succeeds("sh", "-c", '"$1" -t < "$2"', "sh", tool, path);
  }
});

test("tar-stream and Python's tarfile see the same entries in the same order", async (t) => {
  for (const { tar, views } of layers) assert.deepEqual(await tarStreamView(tar), views);
  if (!needsTools(t, "python3")) return;
  for (const { tar, views } of layers) assert.deepEqual(tarfileView(tar), views);
});

for (const tar of ["tar", "bsdtar"]) {
  test(`${tar} lists and unpacks every layer the same, straight from the blob`, async (t) => {
    if (!needsTools(t, tar) || !needs(t, "root, for owners", process.getuid?.() === 0)) return;
    const literal = tar === "tar" ? ["--quoting-style=literal"] : [];
    for (const [at, { tar: plain, views }] of layers.entries()) {
      const listed = await run(tar, [...literal, "-tf", plain], {
        env: { ...process.env, LC_ALL: "C.UTF-8" } as never,
      });
      assert.deepEqual(
        listed.stdout
          .split("\n")
          .filter((name) => name !== "")
          .map((name) => name.replace(/\/$/, "")),
        views.map((view) => view.path),
      );
      const root = join(temporaryFolder(t), "root");
      await mkdir(root);
      const blob = image("gzip").layers[at]?.path ?? "";
      await succeeds(tar, "-x", "-p", "--numeric-owner", "--same-owner", "-f", blob, "-C", root);
      assertTree(await diskTree(root), appliedTree([views]), `${tar}, layer ${at}`);
    }
  });
}

const whole = () => appliedTree(layers.map(({ views }) => views));

test("umoci unpacks the tree that the layers say", async (t) => {
  if (!needsTools(t, "umoci") || !needs(t, "root, for umoci", process.getuid?.() === 0)) return;
  const folder = temporaryFolder(t);
  await succeeds("umoci", "unpack", "--image", `${layout("gzip")}:1`, join(folder, "bundle"));
  assertTree(await diskTree(join(folder, "bundle", "rootfs")), whole(), "umoci");
});

test("skopeo copies every blob as it is", async (t) => {
  if (!needsTools(t, "skopeo")) return;
  for (const codec of CODECS) {
    const folder = temporaryFolder(t);
    await succeeds("skopeo", "--insecure-policy", "copy", `oci:${layout(codec)}:1`, `dir:${folder}/dir`);
    const files = await filesBelow(join(folder, "dir"));
    assert.equal(`sha256:${files.get("manifest.json")}`, image(codec).digest);
    const blobs = [image(codec).config, ...image(codec).layers.map((layer) => layer.digest)];
    const copied = [...files].filter(([name]) => /^[0-9a-f]{64}$/.test(name));
    assert.deepEqual(copied, blobs.map((digest) => [digest.slice(7), digest.slice(7)]).sort());
  }
});

test("crane finds every archive whole", async (t) => {
  if (!needsTools(t, "crane")) return;
  for (const codec of ["gzip", "none"] as const) {
    assert.match(await succeeds("crane", "validate", "--tarball", archive(codec)), /PASS/);
  }
});

test("podman has the same tree and runs it, in every compression", async (t) => {
  if (!needsTools(t, "podman", "runc") || !needs(t, "root, for podman", process.getuid?.() === 0)) return;
  for (const codec of CODECS) {
    const podman = await podmanIn(t);
    await podman("load", "--quiet", "--input", archive(codec));
    assert.equal(await podman(...RUN, "docker.io/library/small:1"), "ran 3 11\n", codec);
    const root = (await podman("image", "mount", "docker.io/library/small:1")).trim();
    assertTree(await diskTree(root), whole(), `podman, ${codec}`);
    await podman("image", "unmount", "docker.io/library/small:1");
  }
});

test("containerd has the same tree, in every compression", async (t) => {
  if (!needsTools(t, "containerd", "ctr") || !needs(t, "root, for containerd", process.getuid?.() === 0)) return;
  for (const codec of CODECS) {
    const folder = temporaryFolder(t);
    const ctr = await containerdIn(t, folder);
    await ctr("images", "import", "--platform", "linux/amd64", archive(codec));
    const [name] = (await ctr("images", "list", "--quiet")).split("\n");
    assert.match(name ?? "", /small:1$/);
    const root = join(folder, "mounted");
    await mkdir(root);
    await ctr("images", "mount", name ?? "", root);
    try {
      assert.ok(existsSync(join(root, "app")));
      assertTree(await diskTree(root), whole(), `containerd, ${codec}`);
    } finally {
      await ctr("images", "unmount", root);
    }
  }
});
