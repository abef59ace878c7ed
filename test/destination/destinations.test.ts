import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openBase } from "../../src/base/providers.ts";
import type { Destination, WriteDeps } from "../../src/destination/destination.ts";
import { destinationTypes, openDestination } from "../../src/destination/destinations.ts";
import { storeDestination } from "../../src/destination/store.ts";
import { resolveImage } from "../../src/store/images.ts";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { baseDeps, baseRequest } from "../support/base-deps.ts";
import { type BuiltImage, buildImage, buildLayer, layersIn, publicationOf } from "../support/image.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";

/** One of every destination, with the base spec that reads back what it wrote. */
type Member = (
  t: TestContext,
  folder: string,
) => Promise<{ readonly spec: string; readonly tag: string; readonly readBack: string }>;

const members: Readonly<Record<string, Member>> = {
  "oci-layout": async (_, folder) => ({
    spec: `type=oci,tar=false,dest=${folder}/out`,
    tag: "app:1",
    readBack: `oci:${folder}/out:1`,
  }),
  "oci-archive": async (_, folder) => ({
    spec: `type=oci,dest=${folder}/a.tar`,
    tag: "app:1",
    readBack: `archive:${folder}/a.tar`,
  }),
  "docker-archive": async (_, folder) => ({
    spec: `type=docker,dest=${folder}/d.tar`,
    tag: "app:1",
    readBack: `archive:${folder}/d.tar:app:1`,
  }),
  registry: async (t) => {
    const registry = await fakeRegistry(t);
    return { spec: "type=registry", tag: `${registry.host}/app:1`, readBack: `${registry.host}/app:1` };
  },
};

async function image(runtime: object = {}): Promise<BuiltImage> {
  return buildImage("linux/amd64", [await buildLayer({ a: "1" }), await buildLayer({ b: "2" })], runtime);
}

function writeDeps(folder: string, images: readonly BuiltImage[], signal = new AbortController().signal): WriteDeps {
  return { layers: layersIn(join(folder, "store"), images), report: () => {}, signal, environment: {} };
}

test("every destination has its place in this suite", () => {
  // Nothing reads an image back out of an engine: ./engine.test.ts asks the engine itself.
  const names = [...Object.keys(members), "engine"];
  assert.deepEqual(destinationTypes.map((type) => type.name).sort(), names.sort());
});

for (const type of destinationTypes) {
  const member = members[type.name];
  if (member === undefined) continue;

  test(`${type.name}: what was written is read back`, async (t) => {
    const folder = temporaryFolder(t);
    const { spec, tag, readBack } = await member(t, folder);
    const written = await image();
    const result = await openDestination(spec).write(publicationOf([written], [tag]), writeDeps(folder, [written]));
    const layerBytes = written.layers.reduce((sum, layer) => sum + layer.size, 0);
    assert.ok(result.uploaded >= layerBytes && result.mounted === 0 && result.existing === 0);
    const base = await openBase(readBack, baseRequest(), baseDeps(t));
    assert.equal(base.digest, written.manifest.descriptor.digest);
    await base.close();
  });

  test(`${type.name}: a second write replaces the first`, async (t) => {
    const folder = temporaryFolder(t);
    const { spec, tag, readBack } = await member(t, folder);
    const [first, second] = [await image(), await image({ User: "app" })];
    await openDestination(spec).write(publicationOf([first], [tag]), writeDeps(folder, [first]));
    await openDestination(spec).write(publicationOf([second], [tag]), writeDeps(folder, [second]));
    const base = await openBase(readBack, baseRequest(), baseDeps(t));
    assert.equal(base.digest, second.manifest.descriptor.digest);
    await base.close();
  });

  test(`${type.name}: an interrupted write leaves the first`, async (t) => {
    const folder = temporaryFolder(t);
    const { spec, tag, readBack } = await member(t, folder);
    const [first, second] = [await image(), await image({ User: "app" })];
    await openDestination(spec).write(publicationOf([first], [tag]), writeDeps(folder, [first]));
    const abort = AbortSignal.abort();
    await assert.rejects(
      openDestination(spec).write(publicationOf([second], [tag]), writeDeps(folder, [second], abort)),
    );
    const base = await openBase(readBack, baseRequest(), baseDeps(t));
    assert.equal(base.digest, first.manifest.descriptor.digest);
    await base.close();
  });

  test(`${type.name}: bytes are reported as they move, and the title says where to`, async (t) => {
    const folder = temporaryFolder(t);
    const { spec, tag } = await member(t, folder);
    const written = await image();
    const done: string[] = [];
    const destination: Destination = openDestination(spec);
    await destination.write(publicationOf([written], [tag]), {
      ...writeDeps(folder, [written]),
      report: (event) => {
        if (event.type === "transfer" && event.state === "done") done.push(event.id);
      },
    });
    for (const layer of written.layers) assert.ok(done.includes(layer.digest));
    assert.match(destination.title, /oci|docker|registry/);
  });
}

test("the local store holds every blob and the name afterwards", async (t) => {
  const store = temporaryStore(t);
  const folder = temporaryFolder(t);
  const written = await image();
  const publication = publicationOf([written], ["app:1", "registry.example/app"]);
  const deps = writeDeps(folder, [written]);
  const layerBytes = written.layers.reduce((sum, layer) => sum + layer.size, 0);
  assert.deepEqual(await storeDestination(store).write(publication, deps), {
    uploaded: layerBytes,
    mounted: 0,
    existing: 0,
  });
  for (const name of ["docker.io/library/app:1", "registry.example/app:latest"]) {
    assert.equal((await resolveImage(store, name))?.digest, written.manifest.descriptor.digest);
  }
  for (const blob of [...written.layers, written.config.descriptor, written.manifest.descriptor]) {
    assert.equal(await store.has(blob.digest), blob.size);
  }
  assert.deepEqual(await storeDestination(store).write(publication, deps), {
    uploaded: 0,
    mounted: 0,
    existing: layerBytes,
  });
});
