import type { ImageSource } from "../base/image-source.ts";
import { codecNamed } from "../codec/codecs.ts";
import type { CachedLayer } from "../image/cached-layers.ts";
import type { LayerRecord } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";
import { findLayer } from "../store/layer-index.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";
import type { LayerCache } from "./layer-cache.ts";

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

/** The layers of a plan that need not be made, by key: those in the store, and of the others those of earlier images. */
export type KnownLayers = ReadonlyMap<Digest, KnownLayer>;

/** Earlier images are asked about only where the store lacks something. */
export async function knownLayers({ layers }: ImagePlan, cache: LayerCache, deps: BuildDeps): Promise<KnownLayers> {
  const found = await Promise.all(
    layers.map(async (layer): Promise<readonly [Digest, KnownLayer | undefined]> => {
      const record = await findLayer(deps.store, layer.key);
      if (record === undefined) return [layer.key, foundLayer(layer, await cache.finds(layer.key))];
      // Another image may have made it under another title.
      return [layer.key, { record: { ...record, ...namesOf(layer) }, origin: "store", finds: [] }];
    }),
  );
  return new Map(found.flatMap(([key, layer]) => (layer === undefined ? [] : [[key, layer]])));
}

/** A layer that was found elsewhere, if it can be this one. */
export function foundLayer(planned: PlannedLayer, finds: readonly Find[]): KnownLayer | undefined {
  const { codec, sources } = planned.recipe;
  const { mediaType } = codecNamed(codec.name);
  const hasWheels = sources.some((source) => source.type === "wheel");
  const fitting = finds.filter(
    ({ layer }) => layer.mediaType === mediaType && (layer.roots !== undefined) === hasWheels,
  );
  const [best] = fitting;
  if (best === undefined) return undefined;
  const { digest, diffId, size } = best.layer;
  return {
    record: { ...best.layer, ...namesOf(planned) },
    origin: "registry",
    finds: fitting.filter(({ layer }) => layer.digest === digest && layer.diffId === diffId && layer.size === size),
  };
}

function namesOf({
  recipe: { kind, title, packages },
}: PlannedLayer): Pick<LayerRecord, "kind" | "title" | "packages"> {
  return { kind, title, packages };
}
