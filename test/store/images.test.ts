import assert from "node:assert/strict";
import { test } from "node:test";
import { listImages, removeImage, resolveImage, tagImage } from "../../src/store/images.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const mediaType = "application/vnd.oci.image.manifest.v1+json";

test("a name points to the image it was last given to, until it is removed", async (t) => {
  const store = temporaryStore(t);
  const first = { mediaType, ...(await store.put(Buffer.from("{}"))) };
  const second = { mediaType, ...(await store.put(Buffer.from("[]"))) };
  assert.deepEqual(await listImages(store), []);
  await tagImage(store, "registry.example/b:1", first);
  await tagImage(store, "registry.example/a:1", first);
  await tagImage(store, "registry.example/b:1", second);
  assert.deepEqual(await resolveImage(store, "registry.example/b:1"), second);
  assert.deepEqual(
    (await listImages(store)).map((image) => image.ref),
    ["registry.example/a:1", "registry.example/b:1"],
  );
  assert.equal(await removeImage(store, "registry.example/b:1"), true);
  assert.equal(await removeImage(store, "registry.example/b:1"), false);
  assert.equal(await resolveImage(store, "registry.example/b:1"), undefined);
});
