import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { readImageFolder } from "../support/image-folder.ts";
import { workspace } from "../support/plumbing.ts";
import { buildTar, rawTarBlock } from "../support/tar.ts";
import { temporaryFolder } from "../support/temporary.ts";

// Layers of `ociasm layer` that other tools made: rules of Bazel, `tar`, Debian's build tools.

const TAR = buildTar([
  { path: "etc/", mode: 0o755 },
  { path: "etc/motd", content: "second\n", uid: 5 },
  { path: "bin/run", content: "#!/bin/sh\n", mode: 0o755 },
  { path: "bin/start", type: "symlink", linkName: "run" },
  { path: "etc/motd", content: "last\n" },
]);
const hex = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function read(folder: string, path: string) {
  return JSON.parse(readFileSync(join(folder, path), "utf8"));
}

test("a plain tar is packed the same way each time, and its entries stay as they are", async (t) => {
  const { layer, folder } = workspace(temporaryFolder(t));
  writeFileSync(join(folder, "a.tar"), TAR);
  await layer("one", { tar: "a.tar", title: "extras" });
  writeFileSync(join(folder, "b.tar"), TAR);
  await layer("two", { tar: "b.tar", title: "extras" });
  for (const suffix of ["layer", "json", "listing.json"]) {
    assert.deepEqual(readFileSync(join(folder, `out/one.${suffix}`)), readFileSync(join(folder, `out/two.${suffix}`)));
  }
  const blob = readFileSync(join(folder, "out/one.layer"));
  assert.deepEqual(gunzipSync(blob), TAR);
  const { digest, diffId, size, uncompressedSize, mediaType, title, kind } = read(folder, "out/one.json");
  assert.deepEqual([digest, size], [`sha256:${hex(blob)}`, blob.length]);
  assert.deepEqual([diffId, uncompressedSize], [`sha256:${hex(TAR)}`, TAR.length]);
  assert.deepEqual([mediaType, title, kind], ["application/vnd.oci.image.layer.v1.tar+gzip", "extras", "project"]);
  assert.deepEqual(read(folder, "out/one.listing.json").entries, [
    { path: "bin/run", type: "file", mode: 0o755, size: 10, sha256: hex(Buffer.from("#!/bin/sh\n")) },
    { path: "bin/start", type: "symlink", mode: 0o644, linkName: "run" },
    { path: "etc", type: "directory", mode: 0o755 },
    { path: "etc/motd", type: "file", mode: 0o644, size: 5, sha256: hex(Buffer.from("last\n")) },
  ]);
});

test("a packed tar is the blob as it is, whatever compression is asked for", async (t) => {
  const { layer, folder } = workspace(temporaryFolder(t));
  const packed = gzipSync(TAR, { level: 1 });
  writeFileSync(join(folder, "a.tgz"), packed);
  await layer("gzip", { tar: "a.tgz", compression: "none" });
  assert.deepEqual(readFileSync(join(folder, "out/gzip.layer")), packed);
  const gzip = read(folder, "out/gzip.json");
  assert.deepEqual([gzip.mediaType, gzip.title], ["application/vnd.oci.image.layer.v1.tar+gzip", "a.tgz"]);
  writeFileSync(join(folder, "a.tar"), TAR);
  const { layer: made } = await layer("zstd", { tar: "a.tar", compression: "zstd" });
  await layer("again", { tar: made });
  const [zstd, again] = [read(folder, "out/zstd.json"), read(folder, "out/again.json")];
  assert.equal(zstd.mediaType, "application/vnd.oci.image.layer.v1.tar+zstd");
  assert.deepEqual({ ...again, title: zstd.title }, zstd);
  for (const { diffId, listing } of [gzip, again]) assert.deepEqual([diffId, listing], [zstd.diffId, zstd.listing]);
});

test("an image has a tar's layer where the parameters put it", async (t) => {
  const { layer, assemble, folder } = workspace(temporaryFolder(t));
  writeFileSync(join(folder, "a.tar"), TAR);
  writeFileSync(join(folder, "main.py"), "print(1)\n");
  const tar = await layer("tar", { tar: "a.tar" });
  const app = await layer("app", { files: [{ from: "main.py", to: "/app/main.py" }] });
  await assemble({ project: [tar, app], outputs: { layout: "image" } });
  const [image] = (await readImageFolder(join(folder, "image"))).images;
  const digests = image?.layers.map(({ digest }) => digest);
  assert.deepEqual(digests?.slice(-2), [read(folder, "out/tar.json").digest, read(folder, "out/app.json").digest]);
  const rootfs = image?.config["rootfs"] as { readonly diff_ids: readonly string[] } | undefined;
  assert.equal(rootfs?.diff_ids.at(-2), `sha256:${hex(TAR)}`);
});

const END = Buffer.alloc(1024);
const HOSTILE: readonly (readonly [what: string, bytes: Uint8Array, said: RegExp])[] = [
  [
    "leaves its root",
    Buffer.concat([rawTarBlock({ name: "../../etc/passwd" }), END]),
    /has a path that leaves the archive/,
  ],
  [
    "links out of it",
    Buffer.concat([rawTarBlock({ name: "a", typeFlag: "1", linkName: "/../b" }), END]),
    /is a link to a path that leaves the archive/,
  ],
  ["is cut off", TAR.subarray(0, 700), /is cut off/],
  ["goes on behind its end", Buffer.concat([TAR, Buffer.from("more")]), /has data behind its end/],
  ["is no tar", Buffer.from("<html>".repeat(200)), /in the header at 0/],
  ["is damaged", gzipSync(TAR).subarray(0, -20), /can't be decompressed/],
];

for (const [what, bytes, said] of HOSTILE) {
  test(`a tar that ${what} is refused by its name, and nothing is written`, async (t) => {
    const { run, folder } = workspace(temporaryFolder(t));
    writeFileSync(join(folder, "bad.tar"), bytes);
    const outputs = { layer: "l", metadata: "m", listing: "n" };
    const { code, stderr } = await run("layer", { tar: "bad.tar", outputs });
    assert.equal(code, 5, stderr);
    assert.match(stderr, /error\[ARCHIVE_INVALID\]: bad\.tar/);
    assert.match(stderr, said);
    for (const path of Object.values(outputs)) assert.throws(() => readFileSync(join(folder, path)), /ENOENT/);
  });
}

test("names that start with a slash are read as engines unpack them", async (t) => {
  const { layer, folder } = workspace(temporaryFolder(t));
  writeFileSync(join(folder, "a.tar"), Buffer.concat([rawTarBlock({ name: "/etc/empty" }), END]));
  await layer("one", { tar: "a.tar" });
  const [entry] = read(folder, "out/one.listing.json").entries;
  assert.equal(entry.path, "etc/empty");
});

test("a tar has a layer alone", async (t) => {
  const { run, folder } = workspace(temporaryFolder(t));
  writeFileSync(join(folder, "a.tar"), TAR);
  const outputs = { layer: "l", metadata: "m", listing: "n" };
  const { code, stderr } = await run("layer", { tar: "a.tar", texts: [{ to: "/x", text: "" }], outputs });
  assert.equal(code, 2);
  assert.match(stderr, /a layer that is a tar takes no other files/);
});
