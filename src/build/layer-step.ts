import type { LayerRecord } from "../layers/recipe.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";
import type { KnownLayers } from "./known-layers.ts";

/** A layer of the image, and whether it was there before. */
export interface BuiltLayer {
  readonly record: LayerRecord;
  readonly origin: "base" | "store" | "registry" | "built";
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
