import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { copyStep } from "../../src/build/copy-step.ts";
import { openImageArgument } from "../../src/build/image-argument.ts";
import { storeDestination } from "../../src/destination/store.ts";
import { parsePlatform } from "../../src/oci/platform.ts";
import { resolveImage } from "../../src/store/images.ts";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { digestOfBytes } from "../support/image.ts";
import { type Moved, mixedIndex, mover, seedMoved } from "../support/moving.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Every document and layer lies in the folder, under its digest and byte for byte. */
function assertLayout(folder: string, moved: Moved): void {
  const blobs = [...moved.documents, ...moved.layers];
  for (const { descriptor, bytes } of blobs) {
    const path = join(folder, "blobs/sha256", descriptor.digest.slice(7));
    assert.deepEqual(readFileSync(path), Buffer.from(bytes), descriptor.mediaType);
  }
  assert.equal(
    readdirSync(join(folder, "blobs/sha256")).length,
    new Set(blobs.map((one) => one.descriptor.digest)).size,
  );
}

test("an index goes round registry, folder, archive, store and registry again without a byte changed", async (t) => {
  const [one, two] = [await fakeRegistry(t), await fakeRegistry(t)];
  const moved = await mixedIndex();
  seedMoved(one, "team/app", "1", moved);
  const folder = temporaryFolder(t);
  const { copy, deps } = mover(t);
  await copy(`${one.host}/team/app:1`, `oci:${folder}/first`);
  assertLayout(`${folder}/first`, moved);
  await copy(`oci:${folder}/first:1`, `archive:${folder}/image.tar`);
  const source = await openImageArgument(`archive:${folder}/image.tar`, deps);
  const names = { tags: ["local.example/app:1"] };
  await copyStep(source, [{ destination: storeDestination(deps.store), names }], undefined, deps);
  await source.close();
  assert.equal((await resolveImage(deps.store, "local.example/app:1"))?.digest, moved.top.descriptor.digest);
  await copy("local.example/app:1", `${two.host}/other/name:2`);
  for (const { descriptor, bytes } of moved.documents) {
    const { digest } = descriptor;
    const there = two.manifest(`other/name@${digest}`)?.bytes ?? two.blob("other/name", digest);
    assert.deepEqual(there, Buffer.from(bytes), descriptor.mediaType);
  }
  assert.equal(two.manifest("other/name:2")?.digest, moved.top.descriptor.digest);
  two.audit.childrenBeforeIndexBeforeTag("other/name");
  two.audit.everPullable("other/name:2");
});

test("between registries only what lacks moves, and nothing of it lies on this host", async (t) => {
  const [one, two] = [await fakeRegistry(t), await fakeRegistry(t)];
  const moved = await mixedIndex();
  seedMoved(one, "app", "1", moved);
  const [shared] = moved.layers;
  assert.ok(shared !== undefined);
  two.seed("app", shared.bytes);
  const { copy, deps } = mover(t);
  const first = await copy(`${one.host}/app:1`, `${two.host}/app:1`);
  assert.equal(first.written.existing, shared.descriptor.size);
  assert.equal(one.audit.requestsOf({ path: new RegExp(`blobs/${shared.descriptor.digest}`) }).length, 0);
  for (const layer of moved.layers) assert.equal(await deps.store.has(layer.descriptor.digest), undefined);
  assert.equal(two.audit.duplicateBytes(), 0);
  const second = await copy(`${one.host}/app:1`, `${two.host}/app:2`);
  assert.deepEqual([second.written.uploaded, second.written.mounted], [0, 0]);
});

test("within a registry blobs are mounted", async (t) => {
  const registry = await fakeRegistry(t);
  const moved = await mixedIndex();
  seedMoved(registry, "from/app", "1", moved);
  const { copy } = mover(t);
  const { written } = await copy(`${registry.host}/from/app:1`, `${registry.host}/to/app:1`);
  assert.deepEqual([written.uploaded, written.existing], [0, 0]);
  assert.ok(written.mounted > 0);
  assert.equal(registry.audit.bytesUploaded(), 0);
});

test("a platform picks one image, however deep it stands, and leaves attestations out", async (t) => {
  const registry = await fakeRegistry(t);
  const moved = await mixedIndex();
  seedMoved(registry, "app", "1", moved);
  const { copy } = mover(t);
  const { tree } = await copy(`${registry.host}/app:1`, `${registry.host}/arm:1`, parsePlatform("linux/arm64"));
  assert.equal(tree.top.descriptor.mediaType, "application/vnd.docker.distribution.manifest.v2+json");
  assert.equal(registry.manifest("arm:1")?.digest, moved.documents[3]?.descriptor.digest);
  await assert.rejects(copy(`${registry.host}/app:1`, `${registry.host}/x:1`, parsePlatform("linux/s390x")), {
    code: "BASE_MISMATCH",
  });
});

test("a download that breaks goes on where it stopped, and damaged bytes never get a name", async (t) => {
  const [one, two] = [await fakeRegistry(t), await fakeRegistry(t)];
  const moved = await mixedIndex();
  seedMoved(one, "app", "1", moved);
  const layer = moved.layers[1];
  assert.ok(layer !== undefined);
  const path = new RegExp(`/blobs/${layer.descriptor.digest}`);
  one.script.add({ method: "GET", path, action: { truncate: 40, how: "length" } });
  const { copy } = mover(t);
  await copy(`${one.host}/app:1`, `${two.host}/app:1`);
  assert.deepEqual(two.blob("app", layer.descriptor.digest), Buffer.from(layer.bytes));
  assert.deepEqual(
    one.audit.requestsOf({ method: "GET", path }).map((seen) => seen.headers.range),
    [undefined, "bytes=40-"],
  );
  // A registry that knows no ranges gives everything again.
  one.script.add({ method: "GET", path, action: { truncate: 40, how: "length" } });
  one.script.add({ method: "GET", path, skip: 1, action: { run: (seen) => delete seen.headers.range } });
  await copy(`${one.host}/app:1`, `archive:${temporaryFolder(t)}/whole.tar`);
  const wrong = Buffer.from(layer.bytes);
  wrong[20] = (wrong[20] ?? 0) ^ 1;
  one.corrupt("app", layer.descriptor.digest, wrong);
  const folder = temporaryFolder(t);
  for (const target of [`${two.host}/bad:1`, `oci:${folder}/bad`, `archive:${folder}/bad.tar`]) {
    await assert.rejects(copy(`${one.host}/app:1`, target), { code: "HASH_MISMATCH" }, target);
  }
  assert.equal(two.manifest("bad:1"), undefined);
  assert.equal(two.blob("bad", layer.descriptor.digest), undefined);
  assert.deepEqual(readdirSync(folder), ["bad"]);
  assert.ok(!readdirSync(`${folder}/bad`).includes("index.json"));
});

test("a layer that lies with its publisher only is named and not fetched", async (t) => {
  const [one, two] = [await fakeRegistry(t), await fakeRegistry(t)];
  const mediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  const far = digestOfBytes(Buffer.from("far"));
  const config = Buffer.from('{"os":"windows","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}');
  const foreign = { mediaType, digest: far, size: 3, urls: [`http://${one.host}/v2/app/blobs/${far}`] };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: one.seed("app", config),
        size: config.length,
      },
      layers: [foreign],
    }),
  );
  one.seed("app", Buffer.from("far"));
  one.seedManifest("app", "1", "application/vnd.oci.image.manifest.v1+json", manifest);
  const { copy, events } = mover(t);
  await copy(`${one.host}/app:1`, `oci:${temporaryFolder(t)}/out`);
  assert.equal(one.audit.requestsOf({ path: new RegExp(far) }).length, 0);
  assert.ok(events.some((event) => event.type === "warning" && event.message.includes(far)));
  assert.equal(two.audit.requests.length, 0);
});

test("an interrupted copy leaves nothing that can be seen", async (t) => {
  const registry = await fakeRegistry(t);
  const moved = await mixedIndex();
  seedMoved(registry, "app", "1", moved);
  const folder = temporaryFolder(t);
  for (const target of [`${registry.host}/half:1`, `oci:${folder}/half`, `archive:${folder}/half.tar`]) {
    const controller = new AbortController();
    const { copy } = mover(t, controller.signal);
    registry.script.add({
      method: "GET",
      path: new RegExp(`app/blobs/${moved.layers[2]?.descriptor.digest}`),
      action: { run: () => controller.abort() },
    });
    // Without a mount the layer has to come through here.
    registry.script.add({ method: "POST", path: /mount=/, times: 100, action: { status: 405 } });
    await assert.rejects(copy(`${registry.host}/app:1`, target), { code: "INTERRUPTED" }, target);
  }
  assert.equal(registry.manifest("half:1"), undefined);
  assert.deepEqual(readdirSync(folder), ["half"]);
  assert.ok(!readdirSync(`${folder}/half`).includes("index.json"));
});

test("a name with a digest is a promise about what is pushed", async (t) => {
  const registry = await fakeRegistry(t);
  const moved = await mixedIndex();
  seedMoved(registry, "app", "1", moved);
  const { copy } = mover(t);
  const { digest } = moved.top.descriptor;
  await copy(`${registry.host}/app:1`, `${registry.host}/by-digest@${digest}`);
  assert.equal(registry.manifest(`by-digest@${digest}`)?.digest, digest);
  const other = `${registry.host}/by-digest@sha256:${"0".repeat(64)}`;
  await assert.rejects(copy(`${registry.host}/app:1`, other), { code: "USAGE" });
});
