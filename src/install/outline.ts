import type { InstallScheme, WheelSource } from "../layers/recipe.ts";
import { type WheelRoots, wheelRoots } from "../layers/roots.ts";
import type { OwnedEntry } from "./conflicts.ts";
import { globMatcher } from "./glob.ts";
import { type ListingKeys, listingKeys } from "./path-keys.ts";

/** All that has to be held of a wheel's listing while other wheels are looked into. */
export interface WheelOutline {
  readonly keys: ListingKeys;
  readonly roots: WheelRoots;
}

type Source = Pick<WheelSource, "name" | "exclude">;

export function outlineOf(source: Source, listing: readonly OwnedEntry[], scheme: InstallScheme): WheelOutline {
  const entries = keptEntries(source, listing);
  return { keys: listingKeys(entries), roots: wheelRoots({ source, entries }, scheme) };
}

/** The listing but for what is left to another package. */
export function keptEntries(
  { exclude }: Pick<Source, "exclude">,
  listing: readonly OwnedEntry[],
): readonly OwnedEntry[] {
  if (exclude === undefined) return listing;
  const excluded = globMatcher(exclude);
  return listing.filter(({ path }) => !excluded(path));
}
