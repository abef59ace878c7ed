import type { LayerContents } from "../contents.ts";
import type { MergedImage, Occurrence } from "../merge.ts";
import type { Owners } from "../owners.ts";
import type { Fix } from "./fixes.ts";
import type { Origin } from "./origin.ts";

export const FINDING_KINDS = [
  "secrets",
  "overwritten",
  "removed",
  "duplicates",
  "cuda-twice",
  "two-versions",
  "development-tools",
  "unused",
  "debug-symbols",
  "tests",
  "headers",
  "static-libraries",
  "bytecode",
  "pip-cache",
  "apt-lists",
  "version-control",
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** Bytes that an image could do without, or should: what a rule found. */
export interface Found {
  readonly kind: FindingKind;
  readonly origin: Origin;
  /** Packages by name, where the finding is about packages. */
  readonly packages?: readonly string[];
  readonly parts: readonly Part[];
  readonly fix: Fix;
}

/** A file, and how many of its bytes could go. */
export interface Part {
  readonly occurrence: Occurrence;
  readonly bytes: number;
}

/** What rules look at. */
export interface Evidence {
  readonly layers: readonly LayerContents[];
  readonly image: MergedImage;
  readonly owners: Owners;
  /** Of the config, without a slash at its start; "" for the root. */
  readonly workdir: string;
  /** Entrypoint and cmd. */
  readonly command: readonly string[];
}

/** One idea of what is too much. Add a rule: a file here, and a line in ./rules.ts. */
export type Rule = (evidence: Evidence) => readonly Found[];

export function whole(occurrence: Occurrence): Part {
  return { occurrence, bytes: occurrence.file.size };
}
