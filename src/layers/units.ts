import type { LockedPackage } from "../resolve/lock.ts";
import type { PackageFamily } from "./families.ts";
import { familyFinder } from "./family-finder.ts";

/** What is placed as one: a wheel, or a family of them. */
export interface Unit {
  readonly title: string;
  readonly family: boolean;
  /** Bytes of its wheels. */
  readonly size: number;
  /** Sorted by name. */
  readonly packages: readonly LockedPackage[];
}

/** The units of `packages`, which are sorted by name. */
export function unitsOf(packages: readonly LockedPackage[], families: readonly PackageFamily[]): readonly Unit[] {
  const familyOf = familyFinder(families);
  const members = new Map<string, LockedPackage[]>();
  const units: Unit[] = [];
  for (const item of packages) {
    const family = familyOf(item.name);
    if (family === undefined) units.push(alone(item));
    else members.set(family, [...(members.get(family) ?? []), item]);
  }
  for (const [title, list] of members) units.push({ title, family: true, size: sizeOf(list), packages: list });
  return units;
}

export function alone(item: LockedPackage): Unit {
  return { title: item.name, family: false, size: item.wheel.size, packages: [item] };
}

export function sizeOf(packages: readonly LockedPackage[]): number {
  return packages.reduce((sum, item) => sum + item.wheel.size, 0);
}
