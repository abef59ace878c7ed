import type { InspectedWheel } from "../assemble/inspect-wheel.ts";
import { caseWarnings, conflictError } from "../install/conflict-rules.ts";
import { findConflicts, type OwnedEntry, type OwnedListing } from "../install/conflicts.ts";
import { keptEntries, outlineOf } from "../install/outline.ts";
import { createPathSieve, type PathSieve } from "../install/path-sieve.ts";
import { FORMAT_VERSION } from "../layers/key.ts";
import type { InstallScheme, WheelSource } from "../layers/recipe.ts";
import { ANYWHERE, layerRoots, mayMeet, type WheelRoots } from "../layers/roots.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";
import type { KnownLayers } from "./known-layers.ts";

const LISTINGS = "wheel-listings";

/** The roots of each layer with wheels, by key (see ../layers/roots.ts). */
export type Roots = ReadonlyMap<Digest, readonly string[]>;

/**
 * Throws FILE_CONFLICT when two wheels bring different things to one path. Works from the wheels' directories, before
 * any layer is written; what a wheel brings is remembered by its sha256. Of a layer that is known, the roots have to do:
 * its wheels are looked into only where they may meet those of another layer.
 */
export async function checkConflicts(plan: ImagePlan, known: KnownLayers, deps: BuildDeps): Promise<Roots> {
  const layers = plan.layers.filter(({ recipe }) => recipe.sources.some((source) => source.type === "wheel"));
  const scheme = layers[0]?.recipe.scheme;
  if (scheme === undefined) return new Map();
  const looking: Looking = { scheme, plan, deps, sieve: createPathSieve(), looked: new Map() };
  const open = layers.filter(({ key }) => !known.has(key));
  const roots = new Map([
    ...[...known].map(([key, { record }]) => [key, record.roots ?? [ANYWHERE]] as const),
    ...(await lookIntoAll(open, looking)),
  ]);
  const doubtful = layers.filter(({ key }) => known.has(key) && meetsAnother(key, layers, roots, known));
  await lookIntoAll(doubtful, looking);
  const conflicts = findConflicts(await listingsThatMeet(looking));
  for (const message of caseWarnings(conflicts)) deps.report({ type: "warning", message });
  const error = conflictError(conflicts, scheme);
  if (error !== undefined) throw error;
  return roots;
}

/** Layers of one image have been held against each other when it was built, and parts of one wheel never meet. */
function meetsAnother(key: Digest, layers: readonly PlannedLayer[], roots: Roots, known: KnownLayers): boolean {
  const images = new Set(known.get(key)?.finds.map(({ image }) => image));
  const wheel = partedWheel(layers.find((layer) => layer.key === key));
  return layers.some(
    (other) =>
      other.key !== key &&
      (wheel === undefined || partedWheel(other) !== wheel) &&
      known.get(other.key)?.finds.some(({ image }) => images.has(image)) !== true &&
      mayMeet(roots.get(key) ?? [ANYWHERE], roots.get(other.key) ?? [ANYWHERE]),
  );
}

/** The sha256 of the wheel that the layer is a part of. */
function partedWheel(layer: PlannedLayer | undefined): string | undefined {
  const source = layer?.recipe.sources.find(({ type }) => type === "wheel");
  return source?.type === "wheel" && source.part !== undefined ? source.sha256 : undefined;
}

interface Looking {
  readonly scheme: InstallScheme;
  readonly plan: ImagePlan;
  readonly deps: BuildDeps;
  readonly sieve: PathSieve;
  /** By `wheelKey`: a wheel that is cut into parts is looked into once. */
  readonly looked: Map<string, Promise<LookedWheel>>;
}

/** A wheel whose listing went through the sieve. */
interface LookedWheel {
  readonly source: WheelSource;
  /** Number in the sieve. */
  readonly listing: number;
  readonly roots: WheelRoots;
}

function lookIntoAll(
  layers: readonly PlannedLayer[],
  looking: Looking,
): Promise<readonly (readonly [Digest, readonly string[]])[]> {
  const { limits, signal } = looking.deps;
  return allOrNothing(
    layers.map((layer) => async () => [layer.key, await rootsOf(layer, looking)] as const),
    limits.layers,
    signal,
  );
}

async function rootsOf({ recipe }: PlannedLayer, looking: Looking): Promise<readonly string[]> {
  const wheels: WheelRoots[] = [];
  for (const source of recipe.sources) {
    if (source.type !== "wheel") continue;
    looking.deps.signal.throwIfAborted();
    const key = wheelKey(source);
    const wheel = looking.looked.get(key) ?? lookInto(source, looking);
    looking.looked.set(key, wheel);
    wheels.push((await wheel).roots);
  }
  return layerRoots(wheels);
}

function wheelKey({ sha256, exclude = [] }: WheelSource): string {
  return [sha256, ...exclude].join("\n");
}

async function lookInto(source: WheelSource, looking: Looking): Promise<LookedWheel> {
  const known = await knownListing(source, looking);
  const { keys, roots } =
    known === undefined ? (await inspect(source, looking)).outline : outlineOf(source, known, looking.scheme);
  return { source, listing: looking.sieve.add(keys), roots };
}

/** Read a second time: all listings at once would fill the memory, and few of them meet. */
async function listingsThatMeet(looking: Looking): Promise<readonly OwnedListing[]> {
  const { sieve, looked } = looking;
  const listings: OwnedListing[] = [];
  for (const wheel of looked.values()) {
    const { source, listing } = await wheel;
    if (!sieve.meets(listing)) continue;
    const whole = (await knownListing(source, looking)) ?? listingOf(await inspect(source, looking));
    const entries = keptEntries(source, whole).filter(({ path }) => sieve.mayMeet(path));
    listings.push({ owner: `${source.name}==${source.version}`, entries });
  }
  return listings;
}

/** All that the wheel brings, if it was looked into before. */
function knownListing({ sha256 }: WheelSource, { scheme, deps }: Looking): Promise<readonly OwnedEntry[] | undefined> {
  return deps.store.get<readonly OwnedEntry[]>(LISTINGS, listingKey(sha256, scheme));
}

function listingKey(sha256: string, scheme: InstallScheme): string {
  return canonicalJson({ sha256, scheme, format: FORMAT_VERSION });
}

function listingOf({ listing }: InspectedWheel): readonly OwnedEntry[] {
  return JSON.parse(Buffer.from(listing).toString()) as readonly OwnedEntry[];
}

async function inspect(source: WheelSource, { scheme, plan, deps }: Looking): Promise<InspectedWheel> {
  await fetchMissing(source, plan, deps);
  const path = deps.store.path(digestOfHex(source.sha256));
  const inspected = await deps.pool.inspect({ path, source, scheme }, deps.signal);
  await deps.store.setJson(LISTINGS, listingKey(source.sha256, scheme), inspected.listing);
  return inspected;
}

/** A wheel of a known layer: it is not on this host, or its listing was lost. */
async function fetchMissing(source: WheelSource, plan: ImagePlan, deps: BuildDeps): Promise<void> {
  const wheel = plan.lock?.packages.find((item) => item.wheel.sha256 === source.sha256)?.wheel;
  if (wheel !== undefined) await plan.packages?.fetch(wheel, deps.signal);
}
