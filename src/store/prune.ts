import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../oci/digest.ts";
import type { DiskStore } from "./disk.ts";
import { listImages } from "./images.ts";
import { storeError } from "./store-error.ts";
import { blobsOf, markImage, namedBy, readDocument, removeBlob } from "./stored-images.ts";
import { blobUses, noteFolders } from "./usage.ts";

export interface Pruned {
  readonly blobs: number;
  readonly bytes: number;
}

/**
 * Removes manifests that no name leads to, and the configs and layers that only they name. What no manifest of the
 * store names (wheels, layers of bases) stays. The caller makes sure that no other run works with the store.
 */
export async function pruneImages(store: DiskStore): Promise<Pruned> {
  const keep = new Set<Digest>();
  for (const { descriptor } of await listImages(store)) await markImage(store, descriptor.digest, keep);
  const drop = new Set<Digest>();
  for (const digest of await blobsOf(store)) {
    const document = keep.has(digest) ? undefined : await readDocument(store, digest);
    if (document === undefined) continue;
    drop.add(digest);
    for (const named of namedBy(document)) if (!keep.has(named.digest)) drop.add(named.digest);
  }
  return removeBlobs(store, drop);
}

/**
 * Removes what was downloaded: layers that were made of it stay. With `all`, layers that are in no image of the store go
 * too, and what is remembered of indexes and bases. All of it can be had again. The caller makes sure that no other run
 * works with the store.
 */
export async function pruneCache(store: DiskStore, all: boolean): Promise<Pruned> {
  const uses = await blobUses(store);
  const drop = [...uses].filter(([, { use }]) => use === "downloads" || (all && use === "layers"));
  const pruned = await removeBlobs(
    store,
    drop.map(([digest]) => digest),
  );
  if (!all) return pruned;
  for (const folder of await noteFolders(store)) {
    await rm(join(store.cacheDir, "keys", folder), { recursive: true, force: true }).catch((error: unknown) => {
      throw storeError(error, store.cacheDir);
    });
  }
  return pruned;
}

async function removeBlobs(store: DiskStore, digests: Iterable<Digest>): Promise<Pruned> {
  let [blobs, bytes] = [0, 0];
  for (const digest of digests) {
    const size = await removeBlob(store, digest);
    if (size === undefined) continue;
    blobs++;
    bytes += size;
  }
  return { blobs, bytes };
}
