import { decodeYaml } from "./yaml-fields.ts";

/** How wheels are dealt out to layers: layout/policies/*.yaml, or a file of the user's. */
export interface LayerPolicy {
  readonly name: string;
  /** `ranked`: the biggest alone, the rest in buckets. `each`: every wheel alone. `one`: all in one layer. */
  readonly wheels: "ranked" | "each" | "one";
  /** Layers of the whole image that `ranked` tries to keep to, those of the base included. */
  readonly budget: number;
  /** Bytes of a wheel (compressed) from which on it may have a layer of its own. */
  readonly floor: number;
  /** How many layers the tail is spread over, by a hash of the name; never more than a quarter of what is to be had. */
  readonly buckets: number;
  /** Bytes of a wheel from which on it leaves its family's common layer for one of its own. */
  readonly familyFloor: number;
  /** With fewer layers to be had than this, families stay whole. */
  readonly wholeFamiliesBelow: number;
}

const DEFAULTS: LayerPolicy = {
  name: "auto",
  wheels: "ranked",
  budget: 48,
  floor: 1024 * 1024,
  buckets: 8,
  familyFloor: 32 * 1024 * 1024,
  wholeFamiliesBelow: 24,
};

const KEYS = ["name", "wheels", "budget", "floor", "buckets", "familyFloor", "wholeFamiliesBelow"];

/** Reads a policy; what it leaves out is as in `auto`. Throws CONFIG_INVALID with the place of each problem. */
export function decodePolicy(text: string, file: string): LayerPolicy {
  return decodeYaml(text, file, (fields) => {
    fields.only(KEYS);
    return {
      name: fields.string("name") ?? file,
      wheels: fields.oneOf("wheels", ["ranked", "each", "one"]) ?? DEFAULTS.wheels,
      budget: fields.count("budget", 1) ?? DEFAULTS.budget,
      floor: fields.count("floor") ?? DEFAULTS.floor,
      buckets: fields.count("buckets", 1) ?? DEFAULTS.buckets,
      familyFloor: fields.count("familyFloor") ?? DEFAULTS.familyFloor,
      wholeFamiliesBelow: fields.count("wholeFamiliesBelow") ?? DEFAULTS.wholeFamiliesBelow,
    };
  });
}
