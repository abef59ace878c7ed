import { wheelArchitecture } from "../python/architecture.ts";
import { compareText } from "../python/digits.ts";
import type { Target } from "../python/target.ts";
import { compareVersions, parseVersion } from "../python/version.ts";
import type { LockedWheel } from "./lock.ts";
import type { PylockEntry } from "./pylock-document.ts";
import { type Presence, presenceMarker } from "./pylock-marker.ts";
import type { ResolvedPackage } from "./resolution.ts";

/** A package whose wheel is known to the byte. */
export type PinnedPackage = Omit<ResolvedPackage, "file" | "files"> & {
  readonly file: LockedWheel;
  /** The file of an index that `file` was built of here. */
  readonly sdist?: LockedWheel;
};

/** What one target gets: the project alone, and the project with each extra or group by itself. */
export interface TargetSets {
  readonly target: Target;
  readonly bare: readonly PinnedPackage[];
  readonly extras: ReadonlyMap<string, readonly PinnedPackage[]>;
  readonly groups: ReadonlyMap<string, readonly PinnedPackage[]>;
}

/** All packages of one target, a package of several contexts as often. */
export function packagesOf({ bare, extras, groups }: TargetSets): readonly PinnedPackage[] {
  return [bare, ...extras.values(), ...groups.values()].flat();
}

interface Draft {
  readonly first: PinnedPackage;
  readonly wheels: Map<string, LockedWheel>;
  readonly dependencies: Set<string>;
  /** By machine. */
  readonly presence: Map<string, Presence>;
}

/**
 * The entries of one lock for all targets, sorted by name, then version. A package that not all of them need, or that
 * comes with an extra or a group, has a marker that says so; of entries of one name at most one holds at a time.
 */
export function pylockEntries(sets: readonly TargetSets[]): readonly PylockEntry[] {
  const drafts = new Map<string, Draft>();
  for (const set of sets) {
    for (const [where, packages] of contextsOf(set)) {
      for (const item of packages) addTo(drafts, item, wheelArchitecture(set.target.platform), where);
    }
  }
  const machines = new Map(sets.map((set) => [wheelArchitecture(set.target.platform), namesOf(set)] as const));
  const versions = new Map<string, Draft[]>();
  for (const draft of drafts.values()) {
    versions.set(draft.first.name, [...(versions.get(draft.first.name) ?? []), draft]);
  }
  return [...drafts.values()]
    .map((draft) => entryOf(draft, machines, versions))
    .sort((a, b) => compareText(a.name, b.name) || compareVersionTexts(a.version, b.version));
}

/** Marker of each target's environment (PEP 751 `environments`), in their order, each once. */
export function environmentMarkers(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.map(environmentMarker))];
}

function environmentMarker({ platform, python }: Target): string {
  const minor = python.version.split(".", 2).join(".");
  const machine = wheelArchitecture(platform);
  return `sys_platform == "linux" and platform_machine == "${machine}" and python_version == "${minor}"`;
}

type Context = { readonly kind: "bare" } | { readonly kind: "extra" | "group"; readonly name: string };

function contextsOf(set: TargetSets): readonly (readonly [Context, readonly PinnedPackage[]])[] {
  return [
    [{ kind: "bare" }, set.bare],
    ...[...set.extras].map(([name, packages]) => [{ kind: "extra", name }, packages] as const),
    ...[...set.groups].map(([name, packages]) => [{ kind: "group", name }, packages] as const),
  ];
}

function namesOf(set: TargetSets): { readonly extras: readonly string[]; readonly groups: readonly string[] } {
  return { extras: [...set.extras.keys()], groups: [...set.groups.keys()] };
}

function addTo(drafts: Map<string, Draft>, item: PinnedPackage, machine: string, context: Context): void {
  const key = [item.name, item.version, item.index ?? "", item.directUrl ?? ""].join("\0");
  const draft = drafts.get(key) ?? { first: item, wheels: new Map(), dependencies: new Set(), presence: new Map() };
  drafts.set(key, draft);
  if (item.sdist === undefined && item.sources === undefined) {
    draft.wheels.set(`${item.file.filename} ${item.file.sha256}`, item.file);
  }
  for (const name of item.dependencies) draft.dependencies.add(name);
  const known = draft.presence.get(machine) ?? { bare: false, extras: [], groups: [] };
  draft.presence.set(machine, present(known, context));
}

function present(known: Presence, context: Context): Presence {
  if (context.kind === "bare") return { ...known, bare: true };
  if (context.kind === "extra") return { ...known, extras: [...known.extras, context.name] };
  return { ...known, groups: [...known.groups, context.name] };
}

function entryOf(
  { first, wheels, dependencies, presence }: Draft,
  machines: ReadonlyMap<string, Omit<Presence, "bare">>,
  versions: ReadonlyMap<string, readonly Draft[]>,
): PylockEntry {
  const alone = (versions.get(first.name)?.length ?? 1) === 1;
  const marker = presenceMarker(presence, machines, alone);
  const { name, version, requiresPython, index, directUrl, sdist, sources } = first;
  return {
    name,
    version,
    ...(marker === undefined ? {} : { marker }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    dependencies: [...dependencies].sort(compareText).flatMap((needed) => dependencyOn(needed, versions)),
    ...(index === undefined ? {} : { index }),
    direct: directUrl !== undefined,
    ...(sdist === undefined ? {} : { sdist }),
    ...(sources === undefined ? {} : { sources }),
    wheels: [...wheels.values()].sort((a, b) => compareText(a.filename, b.filename)),
  };
}

function dependencyOn(name: string, versions: ReadonlyMap<string, readonly Draft[]>): PylockEntry["dependencies"] {
  const entries = versions.get(name) ?? [];
  if (entries.length < 2) return [{ name }];
  const texts = [...new Set(entries.map((entry) => entry.first.version))].sort(compareVersionTexts);
  return texts.map((version) => ({ name, version }));
}

function compareVersionTexts(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  return (left === undefined || right === undefined ? 0 : compareVersions(left, right)) || compareText(a, b);
}
