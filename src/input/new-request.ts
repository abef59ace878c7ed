import { byName } from "./by-name.ts";
import type { IndexOptions } from "./input.ts";
import type { RequirementsInput } from "./request.ts";

export const NO_OPTIONS: IndexOptions = {
  extraIndexUrls: [],
  findLinks: [],
  noIndex: false,
  trustedHosts: [],
  onlyBinary: [],
  noBinary: [],
  pre: false,
};

/** A request that asks for nothing but what `parts` say. */
export function newRequest(
  parts: Pick<RequirementsInput, "format" | "file"> & Partial<RequirementsInput>,
): RequirementsInput {
  return {
    requirements: [],
    extras: byName([]),
    groups: byName([]),
    defaultGroups: [],
    constraints: [],
    overrides: [],
    excludes: [],
    sources: [],
    indexes: [],
    options: NO_OPTIONS,
    resolution: {},
    warnings: [],
    ...parts,
  };
}
