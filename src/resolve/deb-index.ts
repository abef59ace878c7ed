import { type Dependency, parseDependencies, satisfiesVersion } from "../debian/dependency.ts";
import type { BinaryPackage, RelationField } from "../debian/packages.ts";
import { compareDebianVersions } from "../debian/version.ts";

/** All packages that can be chosen, one version a name: the newest. */
export interface PackageIndex {
  get(name: string): BinaryPackage | undefined;
  /** Every package that provides a virtual name: as apt prefers them, the most wanted first, then by name. */
  providers(name: string): readonly Provider[];
  /** The parsed field, read once. */
  relations(item: BinaryPackage, field: RelationField): readonly (readonly Dependency[])[];
}

export interface Provider {
  readonly package: BinaryPackage;
  /** `Provides: name (= version)`. */
  readonly version: string | undefined;
}

/** Puts the lists of several suites together; of two versions the newer counts, of equals the one listed first. */
export function packageIndex(lists: readonly (readonly BinaryPackage[])[]): PackageIndex {
  const newest = new Map<string, BinaryPackage>();
  for (const list of lists) {
    for (const item of list) {
      const known = newest.get(item.name);
      if (known === undefined || compareDebianVersions(item.version, known.version) > 0) newest.set(item.name, item);
    }
  }
  const relations = memoisedRelations();
  const provided = providedNames(newest.values(), relations);
  return {
    get: (name) => newest.get(name),
    providers: (name) => provided.get(name) ?? [],
    relations,
  };
}

/** Whether `item` itself meets a dependency, by name and version. */
export function meets(item: BinaryPackage, dependency: Dependency): boolean {
  return item.name === dependency.name && satisfiesVersion(item.version, dependency);
}

/** Whether `item` meets a dependency by what it provides; an unversioned Provides meets no version (policy 7.5). */
export function provides(index: PackageIndex, item: BinaryPackage, dependency: Dependency): boolean {
  return index
    .relations(item, "provides")
    .flat()
    .some((offered) => {
      if (offered.name !== dependency.name) return false;
      if (dependency.relation === undefined) return true;
      return offered.version !== undefined && satisfiesVersion(offered.version, dependency);
    });
}

type Relations = PackageIndex["relations"];

function memoisedRelations(): Relations {
  const memo = new Map<string, readonly (readonly Dependency[])[]>();
  return (item, field) => {
    const text = item.relations[field];
    if (text === undefined) return [];
    const known = memo.get(text);
    if (known !== undefined) return known;
    const parsed = parseDependencies(text);
    memo.set(text, parsed);
    return parsed;
  };
}

function providedNames(items: Iterable<BinaryPackage>, relations: Relations): ReadonlyMap<string, Provider[]> {
  const provided = new Map<string, Provider[]>();
  for (const item of items) {
    for (const offered of relations(item, "provides").flat()) {
      const list = provided.get(offered.name) ?? [];
      list.push({ package: item, version: offered.version });
      provided.set(offered.name, list);
    }
  }
  for (const list of provided.values()) {
    list.sort((a, b) => a.package.rank - b.package.rank || (a.package.name < b.package.name ? -1 : 1));
  }
  return provided;
}
