import { cachedLayers } from "../image/cached-layers.ts";
import type { LayerRecord } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import { recallLayer } from "../store/layer-index.ts";
import type { OneImage } from "./one-image.ts";

/** What the store remembers of the image's layers that were made here, by digest. */
export async function rememberedLayers(
  { manifest, config }: Pick<OneImage, "manifest" | "config">,
  store: KeyIndex,
): Promise<ReadonlyMap<Digest, LayerRecord>> {
  const found = new Map<Digest, LayerRecord>();
  for (const { key, digest } of cachedLayers(manifest, config)) {
    const record = await recallLayer(store, key);
    // The key is the image's word: what was made for it here counts only if it is this very layer.
    if (record?.digest === digest) found.set(digest, record);
  }
  return found;
}
