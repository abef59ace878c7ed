import type { Base } from "../../base/base.ts";
import type { LayerBlobs, Publication } from "../../destination/destination.ts";
import { checkLayerCount } from "../../layers/limits.ts";
import type { LayerRecord } from "../../layers/recipe.ts";
import { parsePlatform } from "../../oci/platform.ts";
import { fileStream } from "../../store/file-stream.ts";
import type { BuildDeps } from "../deps.ts";
import { composeOnBase } from "../image-step.ts";
import { type LayoutData, readLayoutData } from "../layout-data.ts";
import { environmentChoice } from "../pipeline.ts";
import { planStep } from "../plan-step.ts";
import { codecOf, DEFAULT_MTIME, epochOf, readSettings } from "../prepare-step.ts";
import { pythonOf } from "../target.ts";
import type { AssembleParams } from "./assemble-params.ts";
import { givenImage, openGivenBase } from "./given-base.ts";
import { type GivenLayer, readGivenLayers } from "./given-layers.ts";
import { checkLayerConflicts } from "./layer-conflicts.ts";
import { makeOne } from "./make-layer.ts";

/** An image that is whole but for where it goes. */
export interface MadeImage {
  readonly publication: Publication;
  readonly blobs: LayerBlobs;
  close(): Promise<void>;
}

/** Puts layers that exist on a base, as a build with the same configuration does. */
export async function makeImage(params: AssembleParams, deps: BuildDeps): Promise<MadeImage> {
  const { config = {}, tags = [] } = params;
  const platform = parsePlatform(params.platform ?? "linux/amd64");
  const layout = await readLayoutData("auto", ".", deps.store);
  const [below, above] = [await readGivenLayers(params.layers ?? []), await readGivenLayers(params.project ?? [])];
  await checkLayerConflicts([...below, ...above], layout.scheme, deps.report);
  const source = params.base === undefined ? undefined : givenImage(params.base, deps);
  const base = await openGivenBase(source, platform, deps);
  const environment = await environmentLayers(params, base, below.length > 0, layout, deps);
  const reserved = environment.length + above.length;
  const counted = { base: base.layers.length, reserved, wheels: below.length };
  for (const message of checkLayerCount(counted)) deps.report({ type: "warning", message });
  const composed = composeOnBase(base, [...below.map(recordOf), ...environment, ...above.map(recordOf)], {
    platform: base.platform,
    settings: await readSettings(config, "."),
    scheme: layout.scheme,
    epoch: epochOf(config.created),
    dates: [...(params.dates ?? []), ...below.map(({ newest }) => newest)],
  });
  const { manifest, layers } = composed;
  const image = { platform: composed.platform, manifest, config: composed.config, layers };
  const places = new Map([
    ...[...below, ...above].map(({ record, files }) => [record.digest, files.layer] as const),
    ...environment.map(({ digest }) => [digest, deps.store.path(digest)] as const),
  ]);
  const local: LayerBlobs["local"] = async (layer) => {
    const path = places.get(layer.digest) ?? (await source?.place?.(layer))?.path;
    if (path === undefined) throw new Error(`layer ${layer.digest} is nowhere`);
    return path;
  };
  return {
    publication: { images: [image], tags },
    blobs: { local, stream: (layer) => streamOf(local(layer)) },
    close: () => base.close(),
  };
}

/** Every blob is read, and so checked, where it is copied. */
async function* streamOf(path: Promise<string>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* fileStream(await path);
}

function recordOf({ record }: GivenLayer): LayerRecord {
  return record;
}

/** The environment, where there is a Python; the accounts alone where there is none. */
async function environmentLayers(
  { config = {}, python }: AssembleParams,
  base: Base,
  hasWheels: boolean,
  layout: LayoutData,
  deps: BuildDeps,
): Promise<readonly LayerRecord[]> {
  const hasPython = hasWheels || python !== undefined || base.facts.python !== undefined;
  const plan = planStep({
    base,
    layout,
    codec: await codecOf({}),
    mtime: DEFAULT_MTIME,
    projectMtime: DEFAULT_MTIME,
    target: hasPython ? { python: pythonOf(base, python) } : undefined,
    lock: undefined,
    leftOut: [],
    project: [],
    weights: [],
    bytecode: undefined,
    ...environmentChoice(config, base),
  });
  const made: LayerRecord[] = [];
  for (const { recipe } of plan.layers) made.push(await makeOne(recipe, new Map(), deps));
  return made;
}
