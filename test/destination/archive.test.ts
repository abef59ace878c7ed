import assert from "node:assert/strict";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { extract } from "tar-stream";
import { openDestination } from "../../src/destination/destinations.ts";
import { silent } from "../../src/events.ts";
import { temporaryName } from "../../src/store/temporary.ts";
import { type BuiltImage, buildImage, buildLayer, digestOfBytes, layersIn, publicationOf } from "../support/image.ts";
import { temporaryFolder } from "../support/temporary.ts";

function depsFor(folder: string, images: readonly BuiltImage[]) {
  const layers = layersIn(join(folder, "store"), images);
  return { layers, report: silent, signal: new AbortController().signal, environment: {} };
}

async function readBack(path: string): Promise<Map<string, { content: Buffer; mode: number; type: string }>> {
  const members = new Map<string, { content: Buffer; mode: number; type: string }>();
  const reader = createReadStream(path).pipe(extract());
  for await (const entry of reader) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    const { name, mode = 0, type = "" } = entry.header;
    assert.ok(!members.has(name), `${name} comes twice`);
    members.set(name, { content: Buffer.concat(parts), mode, type });
  }
  return members;
}

async function twoLayers(): Promise<BuiltImage> {
  const layer = await buildLayer({ a: "1" });
  return buildImage("linux/amd64", [layer, await buildLayer({ b: "2" }), layer]);
}

test("an archive is a layout and a docker save at once, metadata first, each blob once", async (t) => {
  const folder = temporaryFolder(t);
  const image = await twoLayers();
  for (const type of ["oci", "docker"]) {
    const path = join(folder, `${type}.tar`);
    await openDestination(`type=${type},dest=${path}`).write(
      publicationOf([image], ["app:1"]),
      depsFor(folder, [image]),
    );
    const members = await readBack(path);
    assert.deepEqual([...members.keys()].slice(0, 5), [
      "oci-layout",
      "index.json",
      "manifest.json",
      "blobs/",
      "blobs/sha256/",
    ]);
    const blobs = [...members].filter(([name, { type: kind }]) => name.startsWith("blobs/") && kind === "file");
    assert.equal(blobs.length, 4);
    for (const [name, { content, mode }] of blobs) {
      assert.equal(digestOfBytes(content), `sha256:${name.slice("blobs/sha256/".length)}`);
      assert.equal(mode, 0o644);
    }
    const [saved] = JSON.parse(members.get("manifest.json")?.content.toString() ?? "") as [
      { Config: string; RepoTags: string[]; Layers: string[] },
    ];
    assert.deepEqual(saved.RepoTags, ["docker.io/library/app:1"]);
    assert.deepEqual(
      saved.Layers,
      image.layers.map((layer) => `blobs/sha256/${layer.digest.slice(7)}`),
    );
    assert.deepEqual(members.get(saved.Config)?.content, Buffer.from(image.config.bytes));
  }
});

test("the same image gives the same bytes", async (t) => {
  const folder = temporaryFolder(t);
  const image = await twoLayers();
  const write = async (name: string) => {
    const path = join(folder, name);
    await openDestination(`type=oci,dest=${path}`).write(publicationOf([image], ["app:1"]), depsFor(folder, [image]));
    return digestOfBytes(readFileSync(path));
  };
  assert.equal(await write("one.tar"), await write("two.tar"));
});

test("several platforms make an OCI archive and no docker archive", async (t) => {
  const folder = temporaryFolder(t);
  const layer = await buildLayer({ a: "1" });
  const images = [buildImage("linux/amd64", [layer]), buildImage("linux/arm64", [layer])];
  const publication = publicationOf(images, ["app:1"]);
  const path = join(folder, "out.tar");
  await openDestination(`type=oci,dest=${path}`).write(publication, depsFor(folder, images));
  const members = await readBack(path);
  assert.ok(!members.has("manifest.json"));
  assert.equal([...members.keys()].filter((name) => /sha256\/./.test(name)).length, 6);
  const docker = openDestination(`type=docker,dest=${join(folder, "docker.tar")}`);
  await assert.rejects(docker.write(publication, depsFor(folder, images)), { code: "USAGE" });
  assert.ok(!existsSync(join(folder, "docker.tar")));
});

test("a layer of the wrong content or size leaves the old archive in place and nothing beside it", async (t) => {
  const image = await twoLayers();
  const damage = [
    (path: string) => truncateSync(path, 3),
    (path: string) => writeFileSync(path, `${readFileSync(path)}x`),
    (path: string) => writeFileSync(path, readFileSync(path).fill(1, 20, 24)),
  ];
  for (const hurt of damage) {
    const folder = temporaryFolder(t);
    const out = join(folder, "out");
    mkdirSync(out);
    writeFileSync(join(out, "a.tar"), "old");
    const deps = depsFor(folder, [image]);
    hurt(join(folder, "store", image.layers[1]?.digest.slice(7) ?? ""));
    const write = openDestination(`type=oci,dest=${out}/a.tar`).write(publicationOf([image], []), deps);
    await assert.rejects(write, { code: "BLOB_CORRUPT" });
    assert.deepEqual(readdirSync(out), ["a.tar"]);
    assert.equal(readFileSync(join(out, "a.tar"), "utf8"), "old");
  }
});

test("a place that can't hold a file is named", async (t) => {
  const folder = temporaryFolder(t);
  const image = await twoLayers();
  for (const dest of [join(folder, "none/out.tar"), folder]) {
    const write = openDestination(`type=oci,dest=${dest}`).write(publicationOf([image], []), depsFor(folder, [image]));
    await assert.rejects(write, { code: "USAGE", message: /can't be written/ });
  }
});

test("specs that make no archive are refused by their key", () => {
  for (const [spec, message] of [
    ["type=oci", /dest=FILE/],
    ["type=oci,dest=", /dest=FILE/],
    ["type=docker,dest=x,tar=false", /tar only/],
    ["type=oci,dest=x,name=y", /"name"/],
    ["type=local,dest=x", /no known type/],
  ] as const) {
    assert.throws(() => openDestination(spec), { code: "USAGE", message }, spec);
  }
});

test("a file of somebody else beside an archive stays, whatever it is called", async (t) => {
  const folder = temporaryFolder(t);
  const image = await twoLayers();
  // No process has this number: what our own store would sweep is not ours here.
  const unmarked = temporaryName().replace(`-${process.pid}-`, "-99999999-");
  const foreign = [unmarked, ".ociasm-notes", "other"];
  for (const name of foreign) writeFileSync(join(folder, name), "mine");
  await openDestination(`type=oci,dest=${join(folder, "image.tar")}`).write(
    publicationOf([image], ["app:1"]),
    depsFor(folder, [image]),
  );
  for (const name of foreign) assert.equal(readFileSync(join(folder, name), "utf8"), "mine");
});
