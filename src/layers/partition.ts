import { utf8 } from "../archive/bytes.ts";
import { digestOf, hexOf } from "../oci/digest.ts";
import type { LockedPackage } from "../resolve/lock.ts";
import type { PackageFamily } from "./families.ts";
import { familyFinder } from "./family-finder.ts";
import type { LayerPolicy } from "./policy.ts";

/** Wheels that share a layer. Sorted by name. */
export interface WheelGroup {
  readonly kind: "package" | "bucket";
  readonly title: string;
  readonly packages: readonly LockedPackage[];
}

/** What is placed as one: a wheel, or the small wheels of a family. */
interface Unit {
  readonly title: string;
  readonly family: boolean;
  readonly size: number;
  readonly packages: readonly LockedPackage[];
}

/**
 * Deals the wheels out to at most `slots` layers, big ones first, tail last. Only names and sizes count, never the
 * order of the input or an earlier plan, so that one package more or less changes two layers at most
 * (docs/decisions/0001-partition.md).
 */
export function partitionWheels(
  packages: readonly LockedPackage[],
  policy: LayerPolicy,
  families: readonly PackageFamily[],
  slots: number,
): readonly WheelGroup[] {
  const sorted = [...packages].sort((a, b) => compare(a.name, b.name));
  if (sorted.length === 0) return [];
  if (policy.wheels === "one" || (policy.wheels === "ranked" && slots <= 1)) {
    return [{ kind: "bucket", title: "packages", packages: sorted }];
  }
  if (policy.wheels === "each") return sorted.map(alone).sort(biggestFirst).map(groupOf);
  return ranked(sorted, policy, families, slots);
}

function ranked(
  packages: readonly LockedPackage[],
  policy: LayerPolicy,
  families: readonly PackageFamily[],
  slots: number,
): readonly WheelGroup[] {
  const buckets = Math.max(1, Math.min(policy.buckets, Math.floor(slots / 4)));
  const whole = slots < policy.wholeFamiliesBelow;
  const units = unitsOf(packages, families, whole ? Number.POSITIVE_INFINITY : policy.familyFloor);
  const candidates = units
    .filter((unit) => unit.size >= policy.floor || (unit.family && !whole))
    // With room to spare a family keeps its layer while its size changes, so nothing else has to move.
    .sort((a, b) => (whole ? 0 : Number(b.family) - Number(a.family)) || biggestFirst(a, b));
  const solo = new Set(candidates.slice(0, slots - buckets));
  const tail = units.filter((unit) => !solo.has(unit));
  return [...[...solo].sort(biggestFirst).map(groupOf), ...tailGroups(tail, buckets)];
}

function unitsOf(packages: readonly LockedPackage[], families: readonly PackageFamily[], aloneFrom: number): Unit[] {
  const familyOf = familyFinder(families);
  const members = new Map<string, LockedPackage[]>();
  const units: Unit[] = [];
  for (const item of packages) {
    const family = item.wheel.size >= aloneFrom ? undefined : familyOf(item.name);
    if (family === undefined) units.push(alone(item));
    else members.set(family, [...(members.get(family) ?? []), item]);
  }
  for (const [title, list] of members) units.push({ title, family: true, size: sizeOf(list), packages: list });
  return units;
}

function tailGroups(units: readonly Unit[], buckets: number): readonly WheelGroup[] {
  const tails = Array.from({ length: buckets }, (): LockedPackage[] => []);
  for (const unit of units) tails[bucketOf(unit.title, buckets)]?.push(...unit.packages);
  return tails.flatMap((list, index): WheelGroup[] => {
    if (list.length === 0) return [];
    const packages = list.sort((a, b) => compare(a.name, b.name));
    return [{ kind: "bucket", title: buckets === 1 ? "packages" : `packages ${index + 1}/${buckets}`, packages }];
  });
}

/** 32 bits of the name's sha256: evenly spread and the same for ever. */
function bucketOf(name: string, buckets: number): number {
  return Number.parseInt(hexOf(digestOf(utf8(name))).slice(0, 8), 16) % buckets;
}

function alone(item: LockedPackage): Unit {
  return { title: item.name, family: false, size: item.wheel.size, packages: [item] };
}

function groupOf(unit: Unit): WheelGroup {
  return { kind: "package", title: unit.title, packages: unit.packages };
}

function biggestFirst(a: Unit, b: Unit): number {
  return b.size - a.size || compare(a.title, b.title);
}

function sizeOf(packages: readonly LockedPackage[]): number {
  return packages.reduce((sum, item) => sum + item.wheel.size, 0);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
