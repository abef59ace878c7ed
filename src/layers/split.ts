import type { LockedPackage } from "../resolve/lock.ts";
import { bucketOf } from "./name-bucket.ts";
import { sizeOf } from "./units.ts";
import type { WheelGroup } from "./wheel-group.ts";

/** How many layers `splitGroup` makes of wheels that stand alone. */
export function countParts(packages: readonly LockedPackage[], most: number = Number.POSITIVE_INFINITY): number {
  return Math.ceil(sizeOf(packages) / most) || 1;
}

/**
 * Cuts a group that is larger than `most` bytes into several: by wheel, and a wheel that is larger itself into parts of
 * its files. What comes out depends on the wheels of this group only.
 */
export function splitGroup(group: WheelGroup, most: number): readonly WheelGroup[] {
  const { packages, title } = group;
  if (sizeOf(packages) <= most) return [group];
  const large = packages.filter(({ wheel }) => wheel.size > most);
  const small = packages.filter(({ wheel }) => wheel.size <= most);
  const chunks = chunksOf(small, most);
  return [
    ...large.flatMap((item) => partsOf(group, item, most)),
    ...chunks.map((chunk, at) => ({
      ...group,
      title: chunks.length === 1 ? title : `${title}, ${at + 1} of ${chunks.length}`,
      packages: chunk,
    })),
  ];
}

function partsOf(group: WheelGroup, item: LockedPackage, most: number): readonly WheelGroup[] {
  const count = countParts([item], most);
  return Array.from({ length: count }, (_, index) => ({
    ...group,
    title: `${item.name}, part ${index + 1} of ${count}`,
    packages: [item],
    part: { index, count },
  }));
}

/** As few chunks by name hash as it takes for each to hold `most` bytes at the utmost. */
function chunksOf(packages: readonly LockedPackage[], most: number): readonly (readonly LockedPackage[])[] {
  for (let count = countParts(packages, most); count < packages.length; count++) {
    const chunks = Array.from({ length: count }, (): LockedPackage[] => []);
    for (const item of packages) chunks[bucketOf(item.name, count)]?.push(item);
    if (chunks.every((chunk) => sizeOf(chunk) <= most)) return chunks.filter((chunk) => chunk.length > 0);
  }
  return packages.map((item) => [item]);
}
