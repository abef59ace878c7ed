import { isOciasmError, toOciasmError } from "../errors.ts";
import { isRequest } from "../input/request.ts";
import type { Target } from "../python/target.ts";
import type { SelectChoice } from "../resolve/choice.ts";
import type { PinnedPackage, TargetSets } from "../resolve/pylock-sets.ts";
import { chooseRoot } from "../resolve/walk-root.ts";
import type { BuildDeps } from "./deps.ts";
import type { Input } from "./input-files.ts";
import type { Packages } from "./packages.ts";

/** The extras and groups that a lock is to have. */
export interface LockScope {
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly defaultGroups: readonly string[];
  /** They were named: without them there is no lock. */
  readonly named: boolean;
}

type Versions = ReadonlyMap<string, string>;

/** What there is to choose from in the input, or what the command line chose. */
export function lockScope({ input, choice }: Packages, named: boolean): LockScope {
  const known = knownScope(input, choice);
  const defaultGroups = choice.noDefaultGroups ? [] : known.defaultGroups;
  if (!named) return { extras: known.extras, groups: union(known.groups, defaultGroups), defaultGroups, named };
  const extras = choice.allExtras === true ? known.extras : union(choice.extras, []);
  return { extras, groups: union(choice.groups, defaultGroups), defaultGroups, named };
}

function knownScope(input: Input, choice: SelectChoice): Omit<LockScope, "named"> {
  if (isRequest(input)) {
    const { extras, groups, defaultGroups } = input;
    return { extras: Object.keys(extras).sort(), groups: Object.keys(groups).sort(), defaultGroups };
  }
  if (input.selection.by !== "graph") return input;
  const bare = { ...choice, extras: [], groups: [] };
  const { project } = chooseRoot(input.selection.graph, bare, input.file);
  if (project === undefined) return { extras: [], groups: [], defaultGroups: [] };
  const { extras, groups, defaultGroups } = project;
  return { extras: Object.keys(extras).sort(), groups: Object.keys(groups).sort(), defaultGroups };
}

/** A scope that has a solution, and all packages of it together. */
export interface SolvedScope {
  readonly scope: LockScope;
  readonly packages: readonly PinnedPackage[];
}

/**
 * The scope without the extras and groups that have no solution together with the others, or none at all; each that goes
 * is named in a warning. For a scope that was named the error stands.
 */
export async function solvableScope(
  packages: Packages,
  scope: LockScope,
  target: Target,
  preferences: Versions,
  deps: Pick<BuildDeps, "report">,
): Promise<SolvedScope> {
  const solve = (parts: Pick<LockScope, "extras" | "groups">) => packagesOf(packages, parts, target, preferences);
  try {
    return { scope, packages: await solve(scope) };
  } catch (error) {
    if (scope.named || !mayGo(error) || scope.extras.length + scope.groups.length === 0) throw error;
  }
  // For a lock, whose extras may exclude each other, each has to be sound by itself only.
  const together = isRequest(packages.input);
  let kept: Pick<LockScope, "extras" | "groups"> = { extras: [], groups: [] };
  let all = await solve(kept);
  const parts = [
    ...[...scope.defaultGroups, ...scope.groups.filter((name) => !scope.defaultGroups.includes(name))].map(
      (name) => ["group", name] as const,
    ),
    ...scope.extras.map((name) => ["extra", name] as const),
  ];
  for (const [kind, name] of parts) {
    const one = { extras: kind === "extra" ? [name] : [], groups: kind === "group" ? [name] : [] };
    try {
      const more = { extras: [...kept.extras, ...one.extras], groups: [...kept.groups, ...one.groups] };
      const found = await solve(together ? more : one);
      if (together) all = found;
      kept = more;
    } catch (error) {
      if (!mayGo(error) || scope.defaultGroups.includes(name)) throw error;
      const message = `${kind} ${name} is left out of the lock: ${firstLine(toOciasmError(error).message)}`;
      deps.report({ type: "warning", message, hint: `--${kind} ${name} says what stands against it` });
    }
  }
  return { scope: { ...scope, ...kept }, packages: all };
}

/** The rest explains, which the error itself does better. */
function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/:$/, "");
}

/** Those of a resolution, and not of the network or the machine. */
function mayGo(error: unknown): boolean {
  const codes = ["UNSATISFIABLE", "NO_WHEEL", "NOT_IN_INDEX", "HASH_REQUIRED", "INPUT_UNSUPPORTED", "INPUT_INVALID"];
  return isOciasmError(error) && codes.includes(error.code);
}

/** What one target gets, by extra and group; in all of them each package has the version that all together have. */
export async function targetSets(
  packages: Packages,
  { scope, packages: all }: SolvedScope,
  target: Target,
  versions: Versions,
): Promise<TargetSets> {
  if (scope.extras.length + scope.groups.length === 0)
    return { target, bare: all, extras: new Map(), groups: new Map() };
  const one = (extras: readonly string[], groups: readonly string[]) =>
    packagesOf(packages, { extras, groups }, target, versions);
  const each = async (names: readonly string[], solve: (name: string) => ReturnType<typeof one>) => {
    const sets: (readonly [string, readonly PinnedPackage[]])[] = [];
    for (const name of names) sets.push([name, await solve(name)]);
    return new Map(sets);
  };
  return {
    target,
    bare: await one([], []),
    extras: await each(scope.extras, (name) => one([name], [])),
    groups: await each(scope.groups, (name) => one([], [name])),
  };
}

async function packagesOf(
  packages: Packages,
  { extras, groups }: Pick<LockScope, "extras" | "groups">,
  target: Target,
  preferences: Versions,
): Promise<readonly PinnedPackage[]> {
  const { allExtras: _all, ...choice } = packages.choice;
  const chosen: SelectChoice = { ...choice, extras, groups, noDefaultGroups: true };
  return (await packages.pinnedFor(target, chosen, preferences)).packages;
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort();
}
