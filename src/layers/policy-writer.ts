import type { LayerPolicy } from "./policy.ts";
import type { LayerReason } from "./reason.ts";
import type { LayerRecipe } from "./recipe.ts";

/** A planned layer; those without a reason hold no wheels. */
export interface WrittenLayer {
  readonly recipe: Pick<LayerRecipe, "title" | "sources">;
  readonly reason?: LayerReason;
}

/**
 * A policy file that deals the same wheels out to the same layers in the same order, and leaves wheels that it does not
 * name to the rule of `policy`.
 */
export function writePolicy(layers: readonly WrittenLayer[], policy: LayerPolicy): string {
  const groups = layers.flatMap(groupOf);
  const names = new Map(groups.map((group) => [group.name, group.packages]));
  return [
    "# Which packages share a layer, written by `ociasm plan --write`; `--layer-policy` takes it.",
    `name: ${JSON.stringify(policy.name)}`,
    ...(names.size === 0 ? [] : ["groups:"]),
    ...[...names].map(([name, packages]) => `  - {name: ${JSON.stringify(name)}, packages: [${packages.join(", ")}]}`),
    `order: [${[...names.keys()].map((name) => JSON.stringify(name)).join(", ")}]`,
    `wheels: ${policy.wheels}`,
    `families: ${policy.families ? "together" : "apart"}`,
    `budget: ${policy.budget}`,
    `floor: ${policy.floor}`,
    `buckets: ${policy.buckets}`,
    ...(policy.maxLayerSize === undefined ? [] : [`maxLayerSize: ${policy.maxLayerSize}`]),
    "",
  ].join("\n");
}

/** The parts of a wheel are one group: they come of its size. */
function groupOf({
  recipe,
  reason,
}: WrittenLayer): readonly { readonly name: string; readonly packages: readonly string[] }[] {
  const wheels = recipe.sources.filter((source) => source.type === "wheel");
  const [first] = wheels;
  if (reason === undefined || first === undefined) return [];
  if (first.part !== undefined) return [{ name: first.name, packages: [first.name] }];
  return [{ name: recipe.title, packages: wheels.map(({ name }) => name) }];
}
