import { rm } from "node:fs/promises";
import { collectGarbage } from "../assemble/collect.ts";
import type { AssembledLayer, PackPlace } from "../assemble/job.ts";
import { codecNamed } from "../codec/codecs.ts";
import type { LayerRecord } from "../layers/recipe.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { saveLayer } from "../store/layer-index.ts";
import { allOrNothing, type Task } from "./all-or-nothing.ts";
import { runtimeFor } from "./bytecode-step.ts";
import { checkConflicts, type Roots } from "./conflict-step.ts";
import type { BuildDeps } from "./deps.ts";
import { fetchSources } from "./fetch-step.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";
import type { KnownLayers } from "./known-layers.ts";
import { keepSeen } from "./library-needs.ts";
import { openPacking, type Packing } from "./packing.ts";

/** What is done with a layer as soon as it exists, while others are still being made. */
export type Sealed = (record: LayerRecord) => void;

/** Fetches the sources of layers that nobody has, holds them against each other, and assembles. By layer key. */
export async function makeLayers(
  layers: readonly PlannedLayer[],
  known: KnownLayers,
  plan: ImagePlan,
  sealed: Sealed,
  deps: BuildDeps,
): Promise<ReadonlyMap<Digest, LayerRecord>> {
  const count = await fetchSources(plan, layers, deps);
  const roots = await checkConflicts(plan, known, deps);
  // What downloads left behind makes room for the threads.
  if (count > 0) collectGarbage();
  return new Map(await assembleAll(layers, roots, plan, sealed, deps));
}

/** Makes a layer whose record is known already. */
export async function remakeLayer(
  layer: PlannedLayer,
  { roots }: LayerRecord,
  plan: ImagePlan,
  deps: BuildDeps,
): Promise<LayerRecord> {
  await fetchSources(plan, [layer], deps);
  const runtime = await runtimeFor([layer], process.cwd(), deps);
  const { projectFiles } = plan;
  const packing = await openPacking([layer], { projectFiles, ...(runtime === undefined ? {} : { runtime }) }, deps);
  await packing.work(deps.signal);
  const packs = await packing.packsOf(layer);
  return assembleOne(layer, { roots, packs }, plan, deps, deps.signal);
}

/** Largest first, so that the last thread to finish started early. */
async function assembleAll(
  layers: readonly PlannedLayer[],
  roots: Roots,
  plan: ImagePlan,
  sealed: Sealed,
  deps: BuildDeps,
): Promise<readonly Made[]> {
  const distinct = [...new Map(layers.map((layer) => [layer.key, layer])).values()];
  const ordered = distinct.sort((a, b) => inputBytes(b) - inputBytes(a));
  const packing = await openPacking(ordered, plan, deps);
  const made = ordered.map((layer) => async (signal: AbortSignal): Promise<readonly Made[]> => {
    const parts = { roots: roots.get(layer.key), packs: await packing.packsOf(layer) };
    const record = await assembleOne(layer, parts, plan, deps, signal);
    sealed(record);
    return [[layer.key, record]];
  });
  // Places are taken within: a layer that waits for its bytecode needs none.
  return (await allOrNothing([...compiling(packing, deps), ...made], (task) => task(), deps.signal)).flat();
}

type Made = readonly [Digest, LayerRecord];

/** First in the line for places, so that they end when the last layers do. */
function compiling({ isNeeded, work }: Packing, { limits }: BuildDeps): readonly Task<readonly Made[]>[] {
  const lane: Task<readonly Made[]> = (signal) => limits.layers(() => work(signal)).then(() => []);
  return isNeeded ? Array.from({ length: limits.compiling }, () => lane) : [];
}

/** What a layer is made of besides its sources. */
interface Parts {
  readonly roots: LayerRecord["roots"];
  readonly packs: Readonly<Record<string, PackPlace>>;
}

async function assembleOne(
  layer: PlannedLayer,
  { roots, packs }: Parts,
  plan: ImagePlan,
  deps: BuildDeps,
  signal: AbortSignal,
): Promise<LayerRecord> {
  signal.throwIfAborted();
  const { key, recipe } = layer;
  const blobPath = await deps.store.temporary();
  const listingPath = await deps.store.temporary();
  try {
    const job = { key, recipe, sources: sourcePaths(layer, plan, deps), packs, blobPath, listingPath };
    // The place is free before the disk has all of it: the next layer needs the processor, this one no more.
    const made = await deps.limits.layers(() => deps.pool.run(job, deps.report, signal));
    await deps.store.confirm(wheelsOf(recipe));
    const record = recordOf(layer, roots, made);
    await deps.store.adopt(listingPath, made.listing);
    await deps.store.adopt(blobPath, made.blob);
    await saveLayer(deps.store, record);
    await keepSeen(layer.recipe, made.libraries, deps);
    for (const message of made.warnings) deps.report({ type: "warning", message });
    return record;
  } finally {
    await Promise.all([rm(blobPath, { force: true }), rm(listingPath, { force: true })]);
  }
}

function recordOf({ key, recipe }: PlannedLayer, roots: LayerRecord["roots"], made: AssembledLayer): LayerRecord {
  return {
    key,
    kind: recipe.kind,
    title: recipe.title,
    packages: recipe.packages,
    mediaType: codecNamed(recipe.codec.name).mediaType,
    digest: made.blob.digest,
    size: made.blob.size,
    diffId: made.diffId,
    uncompressedSize: made.uncompressedSize,
    ...(roots === undefined ? {} : { roots }),
    listing: made.listing.digest,
  };
}

function wheelsOf({ sources }: PlannedLayer["recipe"]): readonly Digest[] {
  return sources.flatMap((source) => (source.type === "wheel" ? [digestOfHex(source.sha256)] : []));
}

function sourcePaths({ recipe }: PlannedLayer, plan: ImagePlan, deps: BuildDeps): Readonly<Record<string, string>> {
  const paths: Record<string, string> = {};
  for (const source of recipe.sources) {
    if (source.type === "wheel" || source.type === "deb" || source.type === "python")
      paths[source.sha256] = deps.store.path(digestOfHex(source.sha256));
    if (source.type === "file") paths[source.sha256] = plan.projectFiles.get(source.sha256) ?? "";
  }
  return paths;
}

function inputBytes({ recipe }: PlannedLayer): number {
  return recipe.sources.reduce((sum, source) => {
    const one = source.type === "bytecode" ? source.of : source;
    return sum + ("size" in one ? one.size : 0);
  }, 0);
}
