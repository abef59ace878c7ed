import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import type { LayerRecord } from "../../src/layers/recipe.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { findLayer, recallLayer, saveLayer } from "../../src/store/layer-index.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const key = digestOf(Buffer.from("recipe"));

test("a saved layer is found for as long as its blob and its listing are there", async (t) => {
  const store = temporaryStore(t);
  const blob = await store.put(Buffer.from("layer"));
  const listing = await store.put(Buffer.from("listing"));
  const record: LayerRecord = {
    key,
    kind: "package",
    title: "six",
    packages: ["six==1.17.0"],
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    ...blob,
    diffId: digestOf(Buffer.from("tar")),
    listing: listing.digest,
  };
  assert.equal(await findLayer(store, key), undefined);
  await saveLayer(store, record);
  assert.deepEqual(await findLayer(store, key), record);
  await rm(store.path(listing.digest), { force: true });
  assert.equal(await findLayer(store, key), undefined);
  assert.deepEqual(await recallLayer(store, key), record);
  await store.put(Buffer.from("listing"));
  await rm(store.path(blob.digest), { force: true });
  assert.equal(await findLayer(store, key), undefined);
});

test("a record that belongs to another key is not believed", async (t) => {
  const store = temporaryStore(t);
  await store.set("layers", key, { key: digestOf(Buffer.from("other")), digest: key, diffId: key });
  assert.equal(await recallLayer(store, key), undefined);
});
