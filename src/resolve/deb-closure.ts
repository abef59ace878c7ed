import { appliesTo, type Dependency, showDependency } from "../debian/dependency.ts";
import type { BinaryPackage } from "../debian/packages.ts";
import { OciasmError } from "../errors.ts";
import { meets, type PackageIndex, provides } from "./deb-index.ts";

export interface ClosureOptions {
  /** Names that count as present wherever another package needs them, and are not added; `wanted` overrules. */
  readonly exclude: readonly string[];
  /** Packages of lower layers: chosen already, not part of the answer. */
  readonly chosen?: readonly BinaryPackage[];
}

/**
 * The wanted packages and all they need, sorted by name: Pre-Depends and Depends, alternatives from left to right but
 * chosen packages first, Recommends ignored (policy 7). Greedy, without a way back: enough for
 * a released suite. Throws DEB_UNSATISFIABLE with the chain that led to a need that nothing meets or to a conflict.
 */
export function debClosure(
  index: PackageIndex,
  wanted: readonly string[],
  architecture: string,
  options: ClosureOptions,
): BinaryPackage[] {
  const below = options.chosen ?? [];
  const search: Search = {
    index,
    architecture,
    excluded: new Set(options.exclude.filter((name) => !wanted.includes(name))),
    chosen: new Map(below.map((item) => [item.name, item])),
    provided: new Map(),
    parents: new Map(),
    queue: [],
  };
  for (const item of below) noteProvided(search, item);
  for (const name of wanted) choose(search, wantedPackage(search, name), undefined);
  // Grows while it is walked.
  for (const item of search.queue) addNeeds(search, item);
  refuseConflicts(search);
  return search.queue.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Search {
  readonly index: PackageIndex;
  readonly architecture: string;
  readonly excluded: ReadonlySet<string>;
  readonly chosen: Map<string, BinaryPackage>;
  /** Chosen packages by the virtual names that they provide. */
  readonly provided: Map<string, BinaryPackage[]>;
  /** Who asked first for a package: the chain in messages. */
  readonly parents: Map<string, string>;
  readonly queue: BinaryPackage[];
}

function wantedPackage(search: Search, name: string): BinaryPackage {
  const exact = search.index.get(name);
  if (exact !== undefined) return exact;
  const offers = search.index.providers(name).map((provider) => provider.package);
  if (offers.length === 1 && offers[0] !== undefined) return offers[0];
  const hint = offers.length > 1 ? `name one of its providers: ${listed(offers)}` : "check its name and the suite";
  const what = offers.length > 1 ? "is a virtual package" : "does not exist in this suite";
  throw new OciasmError("DEB_UNSATISFIABLE", `${name} ${what}`, { hint });
}

function choose(search: Search, item: BinaryPackage, parent: BinaryPackage | undefined): void {
  if (search.chosen.has(item.name)) return;
  search.chosen.set(item.name, item);
  search.queue.push(item);
  noteProvided(search, item);
  if (parent !== undefined) search.parents.set(item.name, parent.name);
}

function noteProvided(search: Search, item: BinaryPackage): void {
  for (const offered of search.index.relations(item, "provides").flat()) {
    const list = search.provided.get(offered.name) ?? [];
    list.push(item);
    search.provided.set(offered.name, list);
  }
}

function addNeeds(search: Search, item: BinaryPackage): void {
  for (const field of ["pre-depends", "depends"] as const) {
    for (const alternatives of search.index.relations(item, field)) {
      const counting = alternatives.filter((entry) => appliesTo(entry, search.architecture));
      if (counting.length > 0) satisfy(search, item, counting);
    }
  }
}

function satisfy(search: Search, parent: BinaryPackage, alternatives: readonly Dependency[]): void {
  if (alternatives.some((entry) => isMet(search, entry))) return;
  for (const entry of alternatives) {
    const candidate = firstCandidate(search, entry);
    if (candidate !== undefined) {
      choose(search, candidate, parent);
      return;
    }
  }
  const need = alternatives.map(showDependency).join(" | ");
  throw new OciasmError("DEB_UNSATISFIABLE", `${chain(search, parent)} needs ${need}, which nothing meets`, {
    hint: "use a mirror whose suites are complete and of one date, or leave the package out",
  });
}

function isMet(search: Search, entry: Dependency): boolean {
  if (search.excluded.has(entry.name)) return true;
  const chosen = search.chosen.get(entry.name);
  if (chosen !== undefined && meets(chosen, entry) && qualifies(search, chosen, entry)) return true;
  return (search.provided.get(entry.name) ?? []).some((item) => provides(search.index, item, entry));
}

/** The real package of that name, else the first provider that is not in conflict with what is chosen. */
function firstCandidate(search: Search, entry: Dependency): BinaryPackage | undefined {
  const real = search.index.get(entry.name);
  const fits = (item: BinaryPackage): boolean => !search.chosen.has(item.name) && qualifies(search, item, entry);
  if (real !== undefined && meets(real, entry) && fits(real)) return real;
  return search.index
    .providers(entry.name)
    .map((provider) => provider.package)
    .find((item) => fits(item) && provides(search.index, item, entry) && conflictOf(search, item) === undefined);
}

/** `:any` needs a Multi-Arch: allowed package only across architectures; a named foreign architecture is never there. */
function qualifies(search: Search, item: BinaryPackage, entry: Dependency): boolean {
  const { qualifier } = entry;
  if (qualifier === undefined || qualifier === "any" || qualifier === "native") return true;
  return qualifier === search.architecture && (item.architecture === qualifier || item.architecture === "all");
}

function refuseConflicts(search: Search): void {
  for (const item of search.queue) {
    const other = conflictOf(search, item);
    if (other !== undefined) {
      throw new OciasmError(
        "DEB_UNSATISFIABLE",
        `${chain(search, item)} and ${chain(search, other)} exclude each other`,
        { hint: `leave out one of ${item.name} and ${other.name}` },
      );
    }
  }
}

/** A chosen package that can't stand beside `item`. */
function conflictOf(search: Search, item: BinaryPackage): BinaryPackage | undefined {
  for (const other of search.chosen.values()) {
    if (other.name !== item.name && (excludes(search, item, other) || excludes(search, other, item))) return other;
  }
  return undefined;
}

function excludes(search: Search, a: BinaryPackage, b: BinaryPackage): boolean {
  return (["conflicts", "breaks"] as const).some((field) =>
    search.index
      .relations(a, field)
      .flat()
      .some((entry) => appliesTo(entry, search.architecture) && (meets(b, entry) || provides(search.index, b, entry))),
  );
}

/** The package and who asked for it, up to what the user named. */
function chain(search: Search, item: BinaryPackage): string {
  const names = [item.name];
  for (let name = search.parents.get(item.name); name !== undefined; name = search.parents.get(name)) names.push(name);
  const [first = "", ...parents] = names;
  return parents.length === 0 ? first : `${first} (needed by ${parents.join(", needed by ")})`;
}

function listed(items: readonly BinaryPackage[]): string {
  const names = items.slice(0, 8).map((item) => item.name);
  return names.join(", ") + (items.length > names.length ? ", …" : "");
}
