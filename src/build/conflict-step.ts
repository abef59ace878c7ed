import { inspectWheel } from "../assemble/inspect-wheel.ts";
import { caseWarnings, conflictError } from "../install/conflict-rules.ts";
import { findConflicts, type OwnedEntry, type OwnedListing } from "../install/conflicts.ts";
import { globMatcher } from "../install/glob.ts";
import { FORMAT_VERSION } from "../layers/key.ts";
import type { InstallScheme, WheelSource } from "../layers/recipe.ts";
import { digestOfHex } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";

const LISTINGS = "wheel-listings";

/**
 * Throws FILE_CONFLICT when two wheels bring different things to one path. Works from the wheels' directories, before
 * any layer is written; what a wheel brings is remembered by its sha256.
 */
export async function checkConflicts(plan: ImagePlan, deps: BuildDeps): Promise<void> {
  const listings: OwnedListing[] = [];
  let scheme: InstallScheme | undefined;
  for (const { recipe } of plan.layers) {
    for (const source of recipe.sources) {
      if (source.type !== "wheel") continue;
      deps.signal.throwIfAborted();
      scheme = recipe.scheme;
      listings.push(await wheelListing(source, recipe.scheme, plan, deps));
    }
  }
  if (scheme === undefined) return;
  const conflicts = findConflicts(listings);
  for (const message of caseWarnings(conflicts)) deps.report({ type: "warning", message });
  const error = conflictError(conflicts, scheme);
  if (error !== undefined) throw error;
}

async function wheelListing(
  source: WheelSource,
  scheme: InstallScheme,
  plan: ImagePlan,
  deps: BuildDeps,
): Promise<OwnedListing> {
  const { exclude, directUrl: _direct, ...whole } = source;
  const key = canonicalJson({ sha256: source.sha256, scheme, format: FORMAT_VERSION });
  let entries = await deps.store.get<readonly OwnedEntry[]>(LISTINGS, key);
  if (entries === undefined) {
    await fetchMissing(source, plan, deps);
    const listing = await inspectWheel(deps.store.path(digestOfHex(source.sha256)), whole, scheme);
    entries = listing.map(({ path, type, sha256, size }) => ({
      path,
      type,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(size === undefined ? {} : { size }),
    }));
    await deps.store.set(LISTINGS, key, entries);
  }
  const excluded = globMatcher(exclude ?? []);
  return { owner: `${source.name}==${source.version}`, entries: entries.filter((entry) => !excluded(entry.path)) };
}

/** A wheel of a known layer whose listing was lost: it has to be looked at again. */
async function fetchMissing(source: WheelSource, plan: ImagePlan, deps: BuildDeps): Promise<void> {
  const wheel = plan.lock?.packages.find((item) => item.wheel.sha256 === source.sha256)?.wheel;
  if (wheel !== undefined) await plan.packages?.fetch(wheel, deps.signal);
}
