import type { Report } from "../../events.ts";
import { caseWarnings, conflictError } from "../../install/conflict-rules.ts";
import { findConflicts, type OwnedEntry, type OwnedListing } from "../../install/conflicts.ts";
import type { InstallScheme } from "../../layers/recipe.ts";
import { ANYWHERE, mayMeet } from "../../layers/roots.ts";
import { type GivenLayer, readListing } from "./given-layers.ts";

/** Throws FILE_CONFLICT when wheels of two layers bring different things to one path. Reads only listings that may tell. */
export async function checkLayerConflicts(
  layers: readonly GivenLayer[],
  scheme: InstallScheme,
  report: Report,
): Promise<void> {
  const wheels = layers.filter(({ record }) => record.roots !== undefined);
  const doubtful = wheels.filter((layer) => wheels.some((other) => other !== layer && meet(layer, other)));
  const owned = new Map<string, OwnedEntry[]>();
  for (const layer of doubtful) {
    for (const { owner, ...entry } of (await readListing(layer)).entries) {
      if (owner === undefined) continue;
      const known = owned.get(owner);
      if (known === undefined) owned.set(owner, [entry]);
      else known.push(entry);
    }
  }
  const listings: readonly OwnedListing[] = [...owned].map(([owner, entries]) => ({ owner, entries }));
  const conflicts = findConflicts(listings);
  for (const message of caseWarnings(conflicts)) report({ type: "warning", message });
  const error = conflictError(conflicts, scheme);
  if (error !== undefined) throw error;
}

function meet(a: GivenLayer, b: GivenLayer): boolean {
  return mayMeet(a.record.roots ?? [ANYWHERE], b.record.roots ?? [ANYWHERE]);
}
