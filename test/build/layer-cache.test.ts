import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { openLayerCache } from "../../src/build/layer-cache.ts";
import { layerAnnotations } from "../../src/image/annotations.ts";
import type { Digest } from "../../src/oci/digest.ts";
import { OCI_CONFIG, OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { type FakeRegistry, fakeRegistry } from "../fake-registry/registry.ts";
import { mover } from "../support/moving.ts";

const GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
const digestOf = (digit: string): Digest => `sha256:${digit.repeat(64)}`;
const KEY = digestOf("a");

/** An image whose only layer has KEY; `digit` makes its digest. */
function seedImage(registry: FakeRegistry, tag: string, digit: string): string {
  const layer = { mediaType: GZIP, digest: digestOf(digit), size: 10 };
  const record = { ...layer, key: KEY, kind: "environment", title: "", packages: [], diffId: digestOf("d") } as const;
  const config = Buffer.from(
    JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [digestOf("d")] } }),
  );
  const digest = registry.seed("team/app", config);
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest, size: config.length },
    layers: [{ ...layer, annotations: layerAnnotations(record) }],
    annotations: { "org.opencontainers.image.base.digest": digestOf("e"), "dev.ociasm.base.note": `note of ${tag}` },
  };
  registry.seedManifest("team/app", tag, OCI_MANIFEST, Buffer.from(JSON.stringify(manifest)));
  return `${registry.host}/team/app:${tag}`;
}

/** A host that takes connections and never says a word. */
async function silentHost(t: TestContext): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

test("each place is read once, however many questions there are, and earlier places come first", async (t) => {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  const { deps, events } = mover(t);
  const texts = [seedImage(registry, "one", "1"), seedImage(registry, "two", "2")];
  const cache = openLayerCache(
    texts.map((text) => ({ text, isDestination: false })),
    deps,
  );
  assert.equal(registry.audit.requests.length, 0, "nothing is asked before the first question");
  const [finds] = await Promise.all([cache.finds(KEY), cache.finds(KEY), cache.finds(digestOf("f"))]);
  assert.deepEqual(
    finds.map(({ layer }) => layer.digest),
    [digestOf("1"), digestOf("2")],
  );
  assert.equal(await cache.baseNote(digestOf("e")), "note of one");
  assert.equal(await cache.baseNote(digestOf("f")), undefined, "a note is for its own base");
  assert.equal(registry.audit.requestsOf({ path: /manifests/ }).length, 2);
  assert.equal(registry.audit.requestsOf({ path: /^\/v2\/$/ }).length, 1);
  assert.deepEqual(
    events.filter(({ type }) => type === "warning"),
    [],
  );
  await cache.close();
});

test("a build that is over waits for no place, and says nothing of it", { timeout: 60_000 }, async (t) => {
  const { deps, events } = mover(t);
  const cache = openLayerCache([{ text: `${await silentHost(t)}/team/app:1`, isDestination: false }], deps);
  cache.begin();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await cache.close();
  assert.deepEqual(await cache.finds(KEY), []);
  assert.deepEqual(events, []);
});

test("an interrupt is no warning about a cache", { timeout: 60_000 }, async (t) => {
  const abort = new AbortController();
  const { deps, events } = mover(t, abort.signal);
  const cache = openLayerCache([{ text: `${await silentHost(t)}/team/app:1`, isDestination: false }], deps);
  const question = cache.finds(KEY);
  setTimeout(() => abort.abort(), 50);
  await assert.rejects(question);
  assert.deepEqual(events, []);
  await cache.close();
});

test("a name that is pushed to and has nothing yet is no warning, one that was named is", async (t) => {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  for (const isDestination of [true, false]) {
    const { deps, events } = mover(t);
    const cache = openLayerCache([{ text: `${registry.host}/team/none:1`, isDestination }], deps);
    assert.deepEqual(await cache.finds(KEY), []);
    assert.equal(events.filter(({ type }) => type === "warning").length, isDestination ? 0 : 1);
    await cache.close();
  }
});
