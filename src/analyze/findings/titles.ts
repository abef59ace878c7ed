import type { FindingKind } from "./finding.ts";
import type { Origin } from "./origin.ts";

/** What each kind is called, in the terminal and on the page. */
export const FINDING_TITLES: Readonly<Record<FindingKind, string>> = {
  secrets: "secrets",
  overwritten: "overwritten by a layer above",
  removed: "removed by a layer above",
  duplicates: "files that are there twice",
  "cuda-twice": "CUDA twice",
  "two-versions": "two versions of a package",
  "development-tools": "development tools",
  unused: "packages that nothing imports",
  "debug-symbols": "debug symbols",
  tests: "tests",
  headers: "C headers",
  "static-libraries": "static libraries",
  bytecode: "bytecode beside its sources",
  "pip-cache": "caches of pip and its kin",
  "apt-lists": "lists and caches of apt",
  "version-control": "version control",
};

export const ORIGIN_TITLES: Readonly<Record<Origin, string>> = {
  base: "in the base",
  system: "in Debian's packages",
  package: "in packages",
  project: "in the project",
};
