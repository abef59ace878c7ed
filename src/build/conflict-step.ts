import { createInspector, type Inspector } from "../assemble/inspector.ts";
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
  const scheme = plan.layers.find(({ recipe }) => recipe.sources.some((source) => source.type === "wheel"))?.recipe
    .scheme;
  if (scheme === undefined) return;
  const conflicts = findConflicts(await wheelListings(plan, scheme, deps));
  for (const message of caseWarnings(conflicts)) deps.report({ type: "warning", message });
  const error = conflictError(conflicts, scheme);
  if (error !== undefined) throw error;
}

async function wheelListings(
  plan: ImagePlan,
  scheme: InstallScheme,
  deps: BuildDeps,
): Promise<readonly OwnedListing[]> {
  const listings: OwnedListing[] = [];
  const inspector = createInspector();
  try {
    for (const source of plan.layers.flatMap(({ recipe }) => recipe.sources)) {
      if (source.type !== "wheel") continue;
      deps.signal.throwIfAborted();
      const entries = await wheelEntries(source, scheme, inspector, plan, deps);
      const excluded = globMatcher(source.exclude ?? []);
      const kept = entries.filter((entry) => !excluded(entry.path));
      listings.push({ owner: `${source.name}==${source.version}`, entries: kept });
    }
    return listings;
  } finally {
    await inspector.close();
  }
}

async function wheelEntries(
  source: WheelSource,
  scheme: InstallScheme,
  inspector: Inspector,
  plan: ImagePlan,
  deps: BuildDeps,
): Promise<readonly OwnedEntry[]> {
  const { exclude: _exclude, directUrl: _direct, ...whole } = source;
  const key = canonicalJson({ sha256: source.sha256, scheme, format: FORMAT_VERSION });
  const known = await deps.store.get<readonly OwnedEntry[]>(LISTINGS, key);
  if (known !== undefined) return known;
  await fetchMissing(source, plan, deps);
  const path = deps.store.path(digestOfHex(source.sha256));
  const entries = await inspector.inspect({ path, source: whole, scheme }, deps.signal);
  await deps.store.set(LISTINGS, key, entries);
  return entries;
}

/** A wheel of a known layer whose listing was lost: it has to be looked at again. */
async function fetchMissing(source: WheelSource, plan: ImagePlan, deps: BuildDeps): Promise<void> {
  const wheel = plan.lock?.packages.find((item) => item.wheel.sha256 === source.sha256)?.wheel;
  if (wheel !== undefined) await plan.packages?.fetch(wheel, deps.signal);
}
