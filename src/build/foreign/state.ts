import type { SourceLocation } from "../../errors.ts";
import type { BuildConfig, FilesConfig } from "../config.ts";
import { type NewAccount, numberedAccounts } from "./new-accounts.ts";

/** A line of a requirements file that stands in a file of another kind. */
export interface PackageLine {
  readonly text: string;
  readonly at: SourceLocation;
}

/** What a line of another tool's file asks of the image: a part of our configuration, and packages. */
export type ImageState = Pick<
  BuildConfig,
  | "base"
  | "python"
  | "installProject"
  | "extras"
  | "groups"
  | "defaultGroups"
  | "allExtras"
  | "system"
  | "requirements"
  | "constraints"
  | "indexUrl"
  | "extraIndexUrl"
  | "findLinks"
  | "trustedHost"
  | "prerelease"
  | "entrypoint"
  | "cmd"
  | "env"
  | "user"
  | "workdir"
  | "labels"
  | "expose"
  | "volumes"
  | "stopSignal"
  | "healthcheck"
  | "shell"
  | "onbuild"
  | "author"
  | "files"
  | "weights"
  | "tags"
> & { readonly packages?: readonly PackageLine[]; readonly newAccounts?: readonly NewAccount[] };

/** One line that can be done without running anything. */
export interface PlanStep {
  readonly at: SourceLocation;
  readonly state: ImageState;
  /** What of the line means something else here, or nothing. */
  readonly notes?: readonly string[];
  /** It fills an environment, be it with what a lock lists. */
  readonly installs?: true;
}

/** One line that can't be. */
export interface Refusal {
  readonly at: SourceLocation;
  /** As written, shortened. */
  readonly text: string;
  readonly reason: string;
  readonly wayOut: string;
}

/** A file of another tool as states of the image, in the order of its lines. */
export interface ForeignPlan {
  readonly steps: readonly PlanStep[];
  readonly refused: readonly Refusal[];
}

type Key = keyof ImageState;

/** Texts gather in the order of the lines, each once. */
const LISTS: readonly Key[] = [
  "extras",
  "groups",
  "system",
  "requirements",
  "constraints",
  "extraIndexUrl",
  "findLinks",
  "trustedHost",
  "expose",
  "volumes",
  "onbuild",
  "tags",
];
/** Names are decided one by one. */
const MAPS: readonly Key[] = ["env", "labels"];

/** The state after both; what only one may say is said by the later one. Associative, and `{}` changes nothing. */
export function mergeStates(earlier: ImageState, later: ImageState): ImageState {
  const merged: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) merged[key] = mergedValue(key as Key, merged[key], value);
  return merged;
}

/** Everything that the steps ask for together. */
export function stateOf({ steps }: Pick<ForeignPlan, "steps">): ImageState {
  return steps.reduce<ImageState>((state, step) => mergeStates(state, step.state), {});
}

/** The state as a configuration; its packages are asked for apart. */
export function configOf({ packages: _packages, newAccounts = [], ...config }: ImageState): BuildConfig {
  if (newAccounts.length === 0) return config;
  const { users, groups } = numberedAccounts(newAccounts);
  const accounts = { ...(users.length === 0 ? {} : { users }), ...(groups.length === 0 ? {} : { groups }) };
  return { ...config, accounts };
}

function mergedValue(key: Key, earlier: unknown, later: unknown): unknown {
  if (earlier === undefined) return later;
  if (key === "weights" || key === "newAccounts") return [...listOf(earlier), ...listOf(later)];
  if (key === "packages") return unique([...listOf(earlier), ...listOf(later)] as readonly PackageLine[]);
  if (LISTS.includes(key)) return [...new Set([...listOf(earlier), ...listOf(later)])];
  if (MAPS.includes(key)) return { ...Object(earlier), ...Object(later) };
  if (key === "files") return mergedFiles(Object(earlier), Object(later));
  return later;
}

/** A line that is copied from one stage to another says nothing new. */
function unique(lines: readonly PackageLine[]): readonly PackageLine[] {
  return [...new Map(lines.toReversed().map((line) => [line.text, line])).values()].toReversed();
}

function mergedFiles(earlier: FilesConfig, later: FilesConfig): FilesConfig {
  const joined = (key: "include" | "exclude" | "keep" | "extra") => {
    const all = [...(earlier[key] ?? []), ...(later[key] ?? [])];
    return all.length === 0 ? {} : { [key]: all };
  };
  return { ...earlier, ...later, ...joined("include"), ...joined("exclude"), ...joined("keep"), ...joined("extra") };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
