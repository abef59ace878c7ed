import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { registryDestination, registryType } from "../../src/destination/registry.ts";
import { silent } from "../../src/events.ts";
import { type FakeRegistryOptions, fakeRegistry } from "../fake-registry/registry.ts";
import { type BuiltImage, buildImage, buildLayer, layersIn, publicationOf } from "../support/image.ts";
import { temporaryFolder } from "../support/temporary.ts";

async function setUp(t: TestContext, images: readonly BuiltImage[], options: FakeRegistryOptions = {}) {
  const registry = await fakeRegistry(t, options);
  const folder = temporaryFolder(t);
  const layers = layersIn(join(folder, "store"), images);
  const environment = {
    HOME: folder,
    [`OCIASM_AUTH_${registry.host.toUpperCase().replace(/[.:]/g, "_")}`]: "ann:pa:ss",
  };
  const deps = { layers, report: silent, signal: new AbortController().signal, environment };
  return {
    registry,
    layers,
    deps,
    push: (tags: readonly string[]) => registryDestination().write(publicationOf(images, tags), deps),
  };
}

async function twoPlatforms(): Promise<readonly BuiltImage[]> {
  const shared = await buildLayer({ a: "1" });
  return [
    buildImage("linux/amd64", [shared, await buildLayer({ b: "1" })]),
    buildImage("linux/arm64", [shared, await buildLayer({ c: "1" })]),
  ];
}

test("blobs go before children, children before the index, and the tags come last", async (t) => {
  const images = await twoPlatforms();
  const { registry, push } = await setUp(t, images);
  const result = await push([`${registry.host}/team/app:1`, `${registry.host}/team/app:2`]);
  const writes = registry.audit.requestsOf({ method: "PUT" }).map((request) => request.path.replace(/\?.*/, ""));
  const index = publicationOf(images, []).index?.descriptor.digest;
  assert.deepEqual(
    writes.slice(-5),
    [images[0]?.manifest.descriptor.digest, images[1]?.manifest.descriptor.digest, index, "1", "2"].map(
      (reference) => `/v2/team/app/manifests/${reference}`,
    ),
  );
  assert.ok(writes.slice(0, -5).every((path) => path.startsWith("/v2/team/app/blobs/uploads/")));
  assert.equal(writes.length, 5 + 5);
  assert.equal(
    registry.manifest("team/app:2")?.bytes.toString(),
    Buffer.from(publicationOf(images, []).index?.bytes ?? []).toString(),
  );
  assert.ok(result.uploaded > 0);
});

test("a second push moves no blob and asks for no layer", async (t) => {
  const images = await twoPlatforms();
  const { registry, layers, push } = await setUp(t, images);
  const first = await push([`${registry.host}/app:1`]);
  layers.asked.length = 0;
  const second = await push([`${registry.host}/app:1`]);
  assert.deepEqual(second, { uploaded: 0, mounted: 0, existing: first.uploaded });
  assert.deepEqual(layers.asked, []);
});

test("layers are mounted from where they are known to be, and from the repository before", async (t) => {
  const [image] = (await twoPlatforms()) as [BuiltImage];
  const { registry, layers, deps } = await setUp(t, [image], { changes: { auth: "bearer" }, users: { ann: "pa" } });
  const environment = Object.fromEntries(Object.keys(deps.environment).map((key) => [key, "ann:pa"]));
  const base = image.built[0]?.bytes ?? Buffer.alloc(0);
  registry.seed("base/python", base);
  const origins = (layer: { digest: string }) =>
    layer.digest === image.layers[0]?.digest ? [`${registry.host}/base/python`, "other.example/x"] : [];
  const publication = publicationOf([image], [`${registry.host}/one:1`, `${registry.host}/two:1`]);
  const result = await registryDestination().write(publication, {
    ...deps,
    environment,
    layers: { local: layers.local, origins },
  });
  assert.deepEqual(layers.asked, [image.layers[1]?.digest]);
  const [baseSize = 0, ownSize = 0] = image.layers.map((layer) => layer.size);
  assert.equal(result.mounted, baseSize + baseSize + ownSize);
  assert.ok(registry.manifest("two:1") !== undefined);
});

test("a refused mount becomes an upload", async (t) => {
  const [image] = (await twoPlatforms()) as [BuiltImage];
  for (const status of [400, 401, 403, 404, 405, 500]) {
    const fault = { method: "POST", path: /mount=/, times: 9, action: { status } };
    const { registry, layers, deps } = await setUp(t, [image], { faults: [fault] });
    const origins = () => [`${registry.host}/base`];
    const publication = publicationOf([image], [`${registry.host}/app:1`]);
    const result = await registryDestination().write(publication, {
      ...deps,
      layers: { local: layers.local, origins },
    });
    assert.equal(result.mounted, 0, String(status));
    assert.ok(registry.manifest("app:1") !== undefined, String(status));
  }
});

test("a failed push leaves the tag alone", async (t) => {
  const images = await twoPlatforms();
  const fault = {
    method: "PUT",
    path: /blobs\/uploads/,
    times: 99,
    action: { status: 403, body: '{"errors":[{"code":"DENIED","message":"no"}]}' },
  };
  const { registry, push } = await setUp(t, images, { faults: [fault] });
  await assert.rejects(push([`${registry.host}/app:1`]), { code: "REGISTRY_AUTH", message: /DENIED: no/ });
  assert.equal(registry.audit.requestsOf({ method: "PUT", path: /manifests/ }).length, 0);
});

test("a name is needed, and a spec with other keys is refused", async (t) => {
  const images = await twoPlatforms();
  const { push } = await setUp(t, images);
  await assert.rejects(push([]), { code: "USAGE" });
  assert.equal(registryType.open({ type: "oci" }), undefined);
  assert.throws(() => registryType.open({ type: "registry", dest: "x" }), { code: "USAGE", message: /dest/ });
});
