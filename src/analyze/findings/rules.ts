import { debugSymbols, secrets } from "./contents.ts";
import { cudaTwice } from "./cuda.ts";
import { duplicates } from "./duplicates.ts";
import type { Rule } from "./finding.ts";
import { leftovers } from "./leftovers.ts";
import { developmentTools, twoVersions } from "./packages.ts";
import { shadowed } from "./shadowed.ts";
import { unused } from "./unused.ts";

export const RULES: readonly Rule[] = [
  secrets,
  shadowed,
  duplicates,
  cudaTwice,
  twoVersions,
  developmentTools,
  unused,
  debugSymbols,
  leftovers,
];
