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
  const groups = distinct(layers.flatMap(groupOf));
  return [
    "# Which packages share a layer, written by `ociasm plan --write`; `--layer-policy` takes it.",
    `name: ${JSON.stringify(policy.name)}`,
    ...(groups.length === 0 ? [] : ["groups:"]),
    ...groups.map(({ name, packages }) => `  - {name: ${JSON.stringify(name)}, packages: ${list(packages)}}`),
    `order: ${list(groups.map(({ title }) => title))}`,
    `wheels: ${policy.wheels}`,
    `families: ${policy.families ? "together" : "apart"}`,
    `budget: ${policy.budget}`,
    `floor: ${policy.floor}`,
    `buckets: ${policy.buckets}`,
    ...(policy.maxLayerSize === undefined ? [] : [`maxLayerSize: ${policy.maxLayerSize}`]),
    "",
  ].join("\n");
}

/** JSON is YAML, whatever the names. */
function list(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
}

/** Parts of a wheel once; of other groups that share a title, the later ones get another. */
function distinct(groups: readonly WrittenGroup[]): readonly WrittenGroup[] {
  const named = new Map<string, WrittenGroup>();
  for (const group of groups) {
    const known = named.get(group.name);
    const name = known === undefined || group.title !== group.name ? group.name : `${group.name} (${named.size})`;
    named.set(name, name === group.name ? group : { ...group, name, title: name });
  }
  return [...named.values()];
}

interface WrittenGroup {
  readonly name: string;
  /** A pattern of the titles that its layers will have. */
  readonly title: string;
  readonly packages: readonly string[];
}

/** The parts of a wheel are one group: they come of its size. */
function groupOf({ recipe, reason }: WrittenLayer): readonly WrittenGroup[] {
  const wheels = recipe.sources.filter((source) => source.type === "wheel");
  const [first] = wheels;
  if (reason === undefined || first === undefined) return [];
  const { name, part } = first;
  if (part !== undefined) return [{ name, title: `${name}, part *`, packages: [name] }];
  return [{ name: recipe.title, title: recipe.title, packages: wheels.map((wheel) => wheel.name) }];
}
