import { caseWarnings, conflictError } from "../install/conflict-rules.ts";
import { findConflicts, type OwnedEntry } from "../install/conflicts.ts";
import { globMatcher } from "../install/glob.ts";
import { FORMAT_VERSION } from "../layers/key.ts";
import type { InstallScheme, WheelSource } from "../layers/recipe.ts";
import { ANYWHERE, layerRoots, mayMeet } from "../layers/roots.ts";
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
  const look = (layer: PlannedLayer) => lookInto(layer, { scheme, plan, deps });
  const open = await lookIntoAll(
    layers.filter(({ key }) => !known.has(key)),
    look,
    deps,
  );
  const roots = new Map([
    ...[...known].map(([key, { record }]) => [key, record.roots ?? [ANYWHERE]] as const),
    ...open.map(({ layer, wheels }) => [layer.key, layerRoots(wheels, scheme)] as const),
  ]);
  const doubtful = layers.filter(({ key }) => known.has(key) && meetsAnother(key, layers, roots, known));
  const looked = [...open, ...(await lookIntoAll(doubtful, look, deps))];
  const conflicts = findConflicts(looked.flatMap(({ wheels }) => wheels));
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
}

interface WheelListing {
  readonly source: WheelSource;
  readonly owner: string;
  readonly entries: readonly OwnedEntry[];
}

interface Looked {
  readonly layer: PlannedLayer;
  readonly wheels: readonly WheelListing[];
}

async function lookInto(layer: PlannedLayer, looking: Looking): Promise<Looked> {
  const wheels: WheelListing[] = [];
  for (const source of layer.recipe.sources) {
    if (source.type !== "wheel") continue;
    looking.deps.signal.throwIfAborted();
    const excluded = globMatcher(source.exclude ?? []);
    const entries = (await wheelEntries(source, looking)).filter((entry) => !excluded(entry.path));
    wheels.push({ source, owner: `${source.name}==${source.version}`, entries });
  }
  return { layer, wheels };
}

async function wheelEntries(source: WheelSource, { scheme, plan, deps }: Looking): Promise<readonly OwnedEntry[]> {
  const { exclude: _exclude, directUrl: _direct, ...whole } = source;
  const key = canonicalJson({ sha256: source.sha256, scheme, format: FORMAT_VERSION });
  const known = await deps.store.get<readonly OwnedEntry[]>(LISTINGS, key);
  if (known !== undefined) return known;
  await fetchMissing(source, plan, deps);
  const path = deps.store.path(digestOfHex(source.sha256));
  const entries = await deps.pool.inspect({ path, source: whole, scheme }, deps.signal);
  await deps.store.set(LISTINGS, key, entries);
  return entries;
}

/** A wheel of a known layer: it is not on this host, or its listing was lost. */
async function fetchMissing(source: WheelSource, plan: ImagePlan, deps: BuildDeps): Promise<void> {
  const wheel = plan.lock?.packages.find((item) => item.wheel.sha256 === source.sha256)?.wheel;
  if (wheel !== undefined) await plan.packages?.fetch(wheel, deps.signal);
}

function lookIntoAll(
  layers: readonly PlannedLayer[],
  look: (layer: PlannedLayer) => Promise<Looked>,
  { limits, signal }: BuildDeps,
): Promise<readonly Looked[]> {
  return allOrNothing(
    layers.map((layer) => () => look(layer)),
    limits.layers,
    signal,
  );
}
