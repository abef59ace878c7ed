import { OciasmError } from "../errors.ts";
import { isRequest } from "../input/request.ts";
import type { Listing } from "../layers/listing.ts";
import type { LayerReason } from "../layers/reason.ts";
import type { LayerRecord } from "../layers/recipe.ts";
import { formatPlatform } from "../oci/platform.ts";
import type { LockedPackage } from "../resolve/lock.ts";
import { lockNeeds, metadataNeeds, type NeedGraph } from "../resolve/need-graph.ts";
import { type Why, whyIncluded } from "../resolve/why.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";
import type { KnownLayers } from "./known-layers.ts";
import { nearest } from "./nearest.ts";
import type { Packages } from "./packages.ts";
import { plannedBytes } from "./report-result.ts";
import type { LayerResult } from "./result.ts";

/** Why a package is in an image, where it lies there, and what it costs. */
export interface Explanation {
  readonly platform: string;
  readonly name: string;
  readonly version: string;
  readonly wheel: string;
  /** Absent where neither the lock nor the wheels' metadata tell. */
  readonly why?: Why;
  /** Several where the wheel comes in parts. */
  readonly layers: readonly ExplainedLayer[];
  /** Bytes of the wheel. */
  readonly compressed: number;
  /** Bytes of its files; absent before the layer exists here. */
  readonly unpacked?: number;
  /** Bytes of the wheels that would go with it. */
  readonly freed?: number;
}

export interface ExplainedLayer {
  readonly title: string;
  readonly key: string;
  readonly reason: LayerReason;
  readonly packages: readonly string[];
  /** Bytes of its wheels, or of the layer where it exists. */
  readonly size: number;
  readonly origin: LayerResult["origin"];
}

/** Throws USAGE, with the nearest name, for a package that is not in the image. */
export async function explainStep(
  name: string,
  {
    packages,
    plan,
    known,
  }: { readonly packages: Packages | undefined; readonly plan: ImagePlan; readonly known: KnownLayers },
  deps: BuildDeps,
): Promise<Explanation> {
  const all = plan.lock?.packages ?? [];
  const item = all.find((one) => one.name === name);
  if (item === undefined) throw notIncluded(name, all);
  const graph = packages === undefined ? undefined : await needsOf(packages, plan, deps);
  const why = graph === undefined ? undefined : whyIncluded(graph, name);
  const layers = plan.layers.filter(
    ({ reason, recipe }) =>
      reason !== undefined && recipe.sources.some((source) => source.type === "wheel" && source.name === name),
  );
  const unpacked = await unpackedBytes(
    item,
    layers.map(({ key }) => known.get(key)?.record),
    deps,
  );
  return {
    platform: formatPlatform(plan.platform),
    name,
    version: item.version,
    wheel: item.wheel.filename,
    ...(why === undefined ? {} : { why, freed: freedBytes(why, item, all) }),
    layers: layers.map((layer) => explainedLayer(layer, known)),
    compressed: item.wheel.size,
    ...(unpacked === undefined ? {} : { unpacked }),
  };
}

function notIncluded(name: string, all: readonly LockedPackage[]): OciasmError {
  const guess = nearest(
    name,
    all.map((one) => one.name),
  );
  return new OciasmError("USAGE", `there is no package ${name} in the image`, {
    hint: guess === undefined ? "`ociasm plan` lists what is in it" : `did you mean ${guess}?`,
  });
}

/** A flat lock says nothing of needs: the wheels' metadata does, where it can be had without the wheels. */
async function needsOf(packages: Packages, plan: ImagePlan, deps: BuildDeps): Promise<NeedGraph | undefined> {
  const { input, choice, index } = packages;
  const { lock, target } = plan;
  if (lock === undefined || target === undefined) return undefined;
  const edges = isRequest(input) ? undefined : lockNeeds(input, choice, target);
  if (edges !== undefined) return edges;
  const requires = await Promise.all(
    lock.packages.map(({ name, wheel }) =>
      deps.limits.requests(async () => {
        const metadata = await index.catalog.metadata(wheel).catch((error: unknown) => {
          if (error instanceof OciasmError && error.code === "OFFLINE") return undefined;
          throw error;
        });
        return metadata === undefined ? undefined : ([name, metadata.requiresDist] as const);
      }),
    ),
  );
  const told = requires.filter((one) => one !== undefined);
  return told.length < requires.length ? undefined : metadataNeeds(new Map(told), target);
}

function freedBytes({ onlyForIt }: Why, item: LockedPackage, all: readonly LockedPackage[]): number {
  const others = all.filter(({ name }) => onlyForIt.includes(name));
  return [item, ...others].reduce((sum, { wheel }) => sum + wheel.size, 0);
}

async function unpackedBytes(
  { name, version }: LockedPackage,
  records: readonly (LayerRecord | undefined)[],
  deps: BuildDeps,
): Promise<number | undefined> {
  const owner = `${name}==${version}`;
  let bytes = 0;
  for (const record of records) {
    const listing = record?.listing;
    if (listing === undefined || (await deps.store.has(listing)) === undefined) return undefined;
    const blob = await deps.store.open(listing);
    try {
      const { entries } = JSON.parse(Buffer.from(await blob.read(0, blob.size)).toString("utf8")) as Listing;
      for (const entry of entries) if (entry.owner === owner) bytes += entry.size ?? 0;
    } finally {
      await blob.close();
    }
  }
  return bytes;
}

function explainedLayer({ recipe, key, reason }: PlannedLayer, known: KnownLayers): ExplainedLayer {
  const layer = known.get(key);
  const planned = recipe.sources.reduce((sum, source) => sum + plannedBytes(source), 0);
  return {
    title: recipe.title,
    key,
    reason: reason ?? { by: "policy" },
    packages: recipe.packages,
    size: layer?.record.size ?? planned,
    origin: layer?.origin ?? "planned",
  };
}
