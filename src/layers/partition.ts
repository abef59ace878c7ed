import type { LockedPackage } from "../resolve/lock.ts";
import type { PackageFamily } from "./families.ts";
import { familyFinder } from "./family-finder.ts";
import { bucketOf } from "./name-bucket.ts";
import type { LayerPolicy } from "./policy.ts";
import type { LayerReason } from "./reason.ts";
import { countParts, splitGroup } from "./split.ts";
import { alone, sizeOf, type Unit, unitsOf } from "./units.ts";
import type { WheelGroup } from "./wheel-group.ts";

/**
 * Deals the wheels out to at most `slots` layers, big ones first, tail last. Only names and sizes count, never the
 * order of the input or an earlier plan, so that one package more or less changes two layers at most
 * (docs/decisions/0001-partition.md). Groups and pins of the policy, and parts of wheels, are kept to even where they
 * take more.
 */
export function partitionWheels(
  packages: readonly LockedPackage[],
  policy: LayerPolicy,
  families: readonly PackageFamily[],
  slots: number,
): readonly WheelGroup[] {
  const sorted = [...packages].sort((a, b) => compare(a.name, b.name));
  const { named, others } = namedGroups(sorted, policy);
  const groups = [...named, ...ruledGroups(others, policy, families, Math.max(1, slots - named.length))];
  const { maxLayerSize } = policy;
  const split = maxLayerSize === undefined ? groups : groups.flatMap((group) => splitGroup(group, maxLayerSize));
  return inOrder(split, policy.order);
}

/** The groups that the policy names, and the packages that it leaves to its rule. */
function namedGroups(
  packages: readonly LockedPackage[],
  { groups, pin }: LayerPolicy,
): { readonly named: readonly WheelGroup[]; readonly others: readonly LockedPackage[] } {
  const titleOf = familyFinder(groups);
  const pinOf = familyFinder([{ name: "pin", packages: pin }]);
  const members = new Map<string, LockedPackage[]>();
  const pinned: WheelGroup[] = [];
  const others: LockedPackage[] = [];
  for (const item of packages) {
    const title = titleOf(item.name);
    if (pinOf(item.name) !== undefined) pinned.push(groupOf(alone(item), { by: "pin" }));
    else if (title === undefined) others.push(item);
    else members.set(title, [...(members.get(title) ?? []), item]);
  }
  const grouped = [...members].map(
    ([title, list]): WheelGroup => ({ kind: "package", title, packages: list, reason: { by: "group" } }),
  );
  return { named: [...pinned, ...grouped], others };
}

function ruledGroups(
  packages: readonly LockedPackage[],
  policy: LayerPolicy,
  families: readonly PackageFamily[],
  slots: number,
): readonly WheelGroup[] {
  const units = unitsOf(packages, policy.families ? families : []);
  switch (policy.wheels) {
    case "one":
      return bucket("packages", packages, { by: "policy" });
    case "each":
      return units.map((unit) => groupOf(unit, unit.family ? { by: "family" } : { by: "policy" }));
    case "tiers":
      return tiers(units, policy.floor);
    case "ranked":
      return slots <= 1 ? bucket("packages", packages, { by: "policy" }) : ranked(units, policy, slots);
  }
}

function tiers(units: readonly Unit[], floor: number): readonly WheelGroup[] {
  const heavy = units.filter(({ size }) => size >= floor).flatMap((unit) => unit.packages);
  const light = units.filter(({ size }) => size < floor).flatMap((unit) => unit.packages);
  const [first, second] = [bucket("heavy packages", heavy, { by: "tier" }), bucket("packages", light, { by: "tier" })];
  return [...first.map((group): WheelGroup => ({ ...group, kind: "package" })), ...second];
}

function ranked(units: readonly Unit[], policy: LayerPolicy, slots: number): readonly WheelGroup[] {
  const buckets = Math.max(1, Math.min(policy.buckets, Math.floor(slots / 3)));
  const solo = new Set<Unit>();
  let room = slots - buckets;
  for (const unit of [...units].sort(biggestFirst)) {
    if (unit.size < policy.floor) break;
    const layers = countParts(unit.packages, policy.maxLayerSize);
    if (layers > room) continue;
    room -= layers;
    solo.add(unit);
  }
  const tails = Array.from({ length: buckets }, (): LockedPackage[] => []);
  for (const unit of units) if (!solo.has(unit)) tails[bucketOf(unit.title, buckets)]?.push(...unit.packages);
  return [
    ...[...solo].map((unit) => groupOf(unit, { by: unit.family ? "family" : "size" })),
    ...tails.flatMap((list, index) =>
      bucket(`packages ${index + 1} of ${buckets}`, list, { by: "bucket", index, count: buckets }),
    ),
  ];
}

function bucket(title: string, packages: readonly LockedPackage[], reason: LayerReason): readonly WheelGroup[] {
  if (packages.length === 0) return [];
  return [{ kind: "bucket", title, packages: [...packages].sort((a, b) => compare(a.name, b.name)), reason }];
}

function groupOf({ title, packages }: Unit, reason: LayerReason): WheelGroup {
  return { kind: "package", title, packages, reason };
}

/**
 * What changes rarely lies low, for engines that unpack anew whatever lies above a layer that changed: what the policy
 * puts first, then single packages and groups, the biggest first, then buckets.
 */
function inOrder(groups: readonly WheelGroup[], order: readonly string[]): readonly WheelGroup[] {
  const placeOf = familyFinder(order.map((pattern, at) => ({ name: String(at), packages: [pattern] })));
  const place = ({ title }: WheelGroup): number => Number(placeOf(title) ?? order.length);
  const rank = ({ kind }: WheelGroup): number => (kind === "bucket" ? 1 : 0);
  return [...groups].sort((a, b) => {
    const before = place(a) - place(b) || rank(a) - rank(b);
    if (before !== 0 || rank(a) === 1) return before;
    return sizeOf(b.packages) - sizeOf(a.packages) || compare(firstName(a), firstName(b)) || partOf(a) - partOf(b);
  });
}

function firstName({ packages }: WheelGroup): string {
  return packages[0]?.name ?? "";
}

function partOf({ part }: WheelGroup): number {
  return part?.index ?? 0;
}

function biggestFirst(a: Unit, b: Unit): number {
  return b.size - a.size || compare(a.title, b.title);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
