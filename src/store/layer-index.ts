import type { LayerRecord } from "../layers/recipe.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { BlobStore, KeyIndex } from "./blob-store.ts";

// The number goes up when records get a member that an image is made of.
export const LAYERS_BUCKET = "layers";

/** What is known of the layer with this recipe key, whether or not its blob is still here. */
export async function recallLayer(store: KeyIndex, key: Digest): Promise<LayerRecord | undefined> {
  const record = await store.get<LayerRecord>(LAYERS_BUCKET, key);
  return record !== undefined && record.key === key && isDigest(record.digest) && isDigest(record.diffId)
    ? record
    : undefined;
}

/** The layer with this recipe key, if its blob and its listing lie in the store. */
export async function findLayer(store: BlobStore & KeyIndex, key: Digest): Promise<LayerRecord | undefined> {
  const record = await recallLayer(store, key);
  if (record === undefined || (await store.has(record.digest)) !== record.size) return undefined;
  if (record.listing !== undefined && (await store.has(record.listing)) === undefined) return undefined;
  return record;
}

/** Records without a key (layers of a foreign base) are not kept. */
export async function saveLayer(store: KeyIndex, record: LayerRecord): Promise<void> {
  if (record.key !== undefined) await store.set(LAYERS_BUCKET, record.key, record);
}
