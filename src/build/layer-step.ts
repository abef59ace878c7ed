import type { LayerRecord } from "../layers/recipe.ts";
import { findLayer } from "../store/layer-index.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";

/** A layer of the image, and whether it was there before. */
export interface BuiltLayer {
  readonly record: LayerRecord;
  readonly origin: "base" | "store" | "built";
}

export interface LayerStepOptions {
  /** Makes every layer anew. */
  readonly noCache: boolean;
}

/** Known layers are taken from the store; for the others, sources are fetched, checked against each other, and assembled. */
export async function layerStep(
  plan: ImagePlan,
  options: LayerStepOptions,
  deps: BuildDeps,
): Promise<readonly BuiltLayer[]> {
  const known = options.noCache ? new Map<string, LayerRecord>() : await knownLayers(plan, deps);
  for (const { key, recipe } of plan.layers) {
    deps.report({ type: "layer", key, title: recipe.title, state: known.has(key) ? "reused" : "planned" });
  }
  const missing = plan.layers.filter((layer) => !known.has(layer.key));
  const built =
    missing.length === 0 ? undefined : await (await import("./make-layers.ts")).makeLayers(missing, plan, deps);
  return [
    ...plan.base.layers.map((record) => ({ record, origin: "base" as const })),
    ...plan.layers.map(({ key, recipe }) => {
      const record = known.get(key) ?? built?.get(key);
      if (record === undefined) throw new Error(`layer ${recipe.title} was neither known nor made`);
      // Another image may have made it under another title.
      const named = { ...record, kind: recipe.kind, title: recipe.title, packages: recipe.packages };
      return { record: named, origin: known.has(key) ? ("store" as const) : ("built" as const) };
    }),
  ];
}

async function knownLayers(plan: ImagePlan, deps: BuildDeps): Promise<ReadonlyMap<string, LayerRecord>> {
  const found = await Promise.all(plan.layers.map((layer) => findLayer(deps.store, layer.key)));
  const known = new Map<string, LayerRecord>();
  plan.layers.forEach(({ key }, at) => {
    const record = found[at];
    if (record !== undefined) known.set(key, record);
  });
  return known;
}
