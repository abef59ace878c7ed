import type { LayerRecord } from "../layers/recipe.ts";
import type { ImageConfig } from "../oci/config.ts";
import type { Digest } from "../oci/digest.ts";
import type { ImageManifest } from "../oci/manifest.ts";
import { readLayerAnnotations } from "./annotations.ts";

/** What an image tells of a layer of ours, by which a later build can name the layer without having it. */
export type CachedLayer = Required<Pick<LayerRecord, "key" | "mediaType" | "digest" | "size" | "diffId">> &
  Pick<LayerRecord, "roots">;

/** The layers whose descriptors name their keys; none of an image whose config names another number of layers. */
export function cachedLayers(manifest: ImageManifest, config: ImageConfig): readonly CachedLayer[] {
  const diffIds: readonly Digest[] = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) return [];
  return manifest.layers.flatMap(({ mediaType, digest, size, annotations = {} }, at) => {
    const told = readLayerAnnotations(annotations);
    const diffId = diffIds[at];
    if (told?.key === undefined || diffId === undefined || size === 0) return [];
    const { key, roots } = told;
    return [{ key, mediaType, digest, size, diffId, ...(roots === undefined ? {} : { roots }) }];
  });
}
