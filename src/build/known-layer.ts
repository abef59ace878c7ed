import type { ImageSource } from "../base/image-source.ts";
import { codecNamed } from "../codec/codecs.ts";
import type { CachedLayer } from "../image/cached-layers.ts";
import type { LayerRecord } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";
import type { PlannedLayer } from "./image-plan.ts";

/** A layer that needs not be made: its blob lies on this host, or in an image that the user named. */
export interface KnownLayer {
  readonly record: LayerRecord;
  readonly origin: "store" | "registry";
  /** The images it was found in; none for the store's. */
  readonly finds: readonly Find[];
}

/** A layer in an image that an earlier build left. */
export interface Find {
  readonly layer: CachedLayer;
  /** The image's manifest. */
  readonly image: Digest;
  readonly source: ImageSource;
}

/** The record of a layer that was found elsewhere, under the names that this plan gives it. */
export function foundLayer({ recipe }: PlannedLayer, finds: readonly Find[]): KnownLayer | undefined {
  const { mediaType } = codecNamed(recipe.codec.name);
  const hasWheels = recipe.sources.some((source) => source.type === "wheel");
  const fitting = finds.filter(
    ({ layer }) => layer.mediaType === mediaType && (layer.roots !== undefined) === hasWheels,
  );
  const [best] = fitting;
  if (best === undefined) return undefined;
  const { kind, title, packages } = recipe;
  return {
    record: { ...best.layer, kind, title, packages },
    origin: "registry",
    finds: fitting.filter(({ layer }) => layer.digest === best.layer.digest && layer.diffId === best.layer.diffId),
  };
}
