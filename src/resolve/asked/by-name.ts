import type { Asked } from "../../input/request.ts";

/** What is said of each name, in the order said. */
export function byRequirementName(all: Iterable<Asked>): ReadonlyMap<string, readonly Asked[]> {
  const grouped = new Map<string, Asked[]>();
  for (const asked of all) {
    const known = grouped.get(asked.requirement.name);
    if (known === undefined) grouped.set(asked.requirement.name, [asked]);
    else known.push(asked);
  }
  return grouped;
}
