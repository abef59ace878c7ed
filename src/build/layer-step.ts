import type { LayerRecord } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";
import { findLayer } from "../store/layer-index.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";
import type { KnownLayer } from "./known-layer.ts";
import type { LayerCache } from "./layer-cache.ts";

/** A layer of the image, and whether it was there before. */
export interface BuiltLayer {
  readonly record: LayerRecord;
  readonly origin: "base" | "store" | "registry" | "built";
}

/** The layers of a plan that need not be made, by key: those in the store, and of the others those of earlier images. */
export type KnownLayers = ReadonlyMap<Digest, KnownLayer>;

/** Earlier images are asked about only where the store lacks something. */
export async function knownLayers(plan: ImagePlan, cache: LayerCache, deps: BuildDeps): Promise<KnownLayers> {
  const found = await Promise.all(
    plan.layers.map(async (layer): Promise<KnownLayer | undefined> => {
      const record = await findLayer(deps.store, layer.key);
      return record === undefined ? cache.find(layer) : { record, origin: "store", finds: [] };
    }),
  );
  const known = new Map<Digest, KnownLayer>();
  plan.layers.forEach(({ key, recipe: { kind, title, packages } }, at) => {
    const layer = found[at];
    // Another image may have made it under another title.
    if (layer !== undefined) known.set(key, { ...layer, record: { ...layer.record, kind, title, packages } });
  });
  return known;
}

/** Known layers are taken as they are; for the others, sources are fetched, checked against each other, and assembled. */
export async function layerStep(
  plan: ImagePlan,
  known: KnownLayers,
  sealed: (record: LayerRecord) => void,
  deps: BuildDeps,
): Promise<readonly BuiltLayer[]> {
  for (const { key, recipe } of plan.layers) {
    deps.report({ type: "layer", key, title: recipe.title, state: known.has(key) ? "reused" : "planned" });
  }
  for (const record of plan.base.layers) sealed(record);
  for (const { record } of known.values()) sealed(record);
  const missing = plan.layers.filter((layer) => !known.has(layer.key));
  const isNewMix = [...known.values()].some(({ origin }) => origin === "registry");
  if (missing.length === 0 && isNewMix) {
    const { checkConflicts } = await import("./conflict-step.ts");
    await checkConflicts(plan, known, deps);
  }
  const built =
    missing.length === 0
      ? undefined
      : await (await import("./make-layers.ts")).makeLayers(missing, known, plan, sealed, deps);
  return [
    ...plan.base.layers.map((record) => ({ record, origin: "base" as const })),
    ...plan.layers.map(({ key, recipe: { kind, title, packages } }): BuiltLayer => {
      const layer = known.get(key);
      if (layer !== undefined) return layer;
      const record = built?.get(key);
      if (record === undefined) throw new Error(`layer ${title} was neither known nor made`);
      return { record: { ...record, kind, title, packages }, origin: "built" };
    }),
  ];
}
