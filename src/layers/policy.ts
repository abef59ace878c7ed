import type { PackageFamily } from "./families.ts";
import { LEAST_LAYER_SIZE } from "./limits.ts";
import { patterns, readGroups } from "./policy-groups.ts";
import { decodeYaml } from "./yaml-fields.ts";

/** How wheels are dealt out to layers: layout/policies/*.yaml, or a file of the user's. */
export interface LayerPolicy {
  readonly name: string;
  /** Packages that share a layer; one goes to the first group with a pattern that covers its name. */
  readonly groups: readonly PackageFamily[];
  /** Patterns of packages that have a layer each, whatever their size. */
  readonly pin: readonly string[];
  /** Patterns of titles: these layers come first in the image, in this order. */
  readonly order: readonly string[];
  /**
   * What becomes of the others. `ranked`: the biggest alone, the rest in buckets. `each`: every wheel alone. `tiers`: those
   * from the floor on in one layer, the rest in another. `one`: all in one layer.
   */
  readonly wheels: "ranked" | "each" | "tiers" | "one";
  /** Whether the families of layout/families.yaml stay together. */
  readonly families: boolean;
  /** Layers of the whole image that `ranked` tries to keep to, those of the base included. */
  readonly budget: number;
  /** Bytes of a wheel (compressed) from which on it may have a layer of its own. */
  readonly floor: number;
  /** How many layers the tail is spread over, by a hash of the name; never more than a third of what is to be had. */
  readonly buckets: number;
  /** Bytes of wheels that a layer may hold: larger groups are cut by wheel, larger wheels by file. */
  readonly maxLayerSize?: number;
}

/** As layout/policies/auto.yaml has it. */
const DEFAULTS: LayerPolicy = {
  name: "auto",
  groups: [],
  pin: [],
  order: [],
  wheels: "ranked",
  families: false,
  budget: 72,
  floor: 512 * 1024,
  buckets: 16,
};

const KEYS = [
  "name",
  "groups",
  "layer_groups",
  "pin",
  "order",
  "wheels",
  "families",
  "budget",
  "floor",
  "buckets",
  "maxLayerSize",
];

/** Reads a policy; what it leaves out is as in `auto`. Throws CONFIG_INVALID with the place of each problem. */
export function decodePolicy(text: string, file: string): LayerPolicy {
  return decodeYaml(text, file, (fields) => {
    fields.only(KEYS);
    const maxLayerSize = fields.count("maxLayerSize", LEAST_LAYER_SIZE);
    return {
      name: fields.string("name") ?? file,
      groups: [...readGroups(fields, "groups"), ...readGroups(fields, "layer_groups")],
      pin: fields.has("pin")
        ? patterns(fields.strings("pin") ?? [], (message) => fields.problem("pin", message))
        : DEFAULTS.pin,
      order: fields.strings("order") ?? DEFAULTS.order,
      wheels: fields.oneOf("wheels", ["ranked", "each", "tiers", "one"]) ?? DEFAULTS.wheels,
      families: fields.oneOf("families", ["together", "apart"]) === "together",
      budget: fields.count("budget", 1) ?? DEFAULTS.budget,
      floor: fields.count("floor") ?? DEFAULTS.floor,
      buckets: fields.count("buckets", 1) ?? DEFAULTS.buckets,
      ...(maxLayerSize === undefined ? {} : { maxLayerSize }),
    };
  });
}
