import type { LayerBlobs } from "../destination/destination.ts";
import { OciasmError, toOciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { findPack } from "./bytecode-packs.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";
import type { KnownLayer, KnownLayers } from "./known-layers.ts";

/** The layers of all images of a run, brought to this host when a destination turns out not to have them. */
export interface RunBlobs extends LayerBlobs {
  /** Before anything of the image is asked for. */
  add(plan: ImagePlan, known: KnownLayers): void;
  /** Layers that an earlier image named and that had to be made after all. */
  readonly remade: ReadonlySet<Digest>;
  /** An earlier image named a layer by a key that gives another one. */
  readonly isRefuted: boolean;
}

interface Taken {
  readonly plan: ImagePlan;
  readonly planned: PlannedLayer;
  readonly layer: KnownLayer;
}

export function createRunBlobs(deps: BuildDeps): RunBlobs {
  const plans: ImagePlan[] = [];
  const taken = new Map<Digest, Taken>();
  const remade = new Set<Digest>();
  const running = new Map<Digest, Promise<void>>();
  let isRefuted = false;
  const remake = async ({ plan, planned, layer: { record } }: Taken): Promise<void> => {
    const { remakeLayer } = await import("./make-layers.ts");
    const made = await remakeLayer(planned, record, plan, deps);
    remade.add(record.digest);
    if (made.digest === record.digest && made.diffId === record.diffId && made.size === record.size) return;
    isRefuted = true;
    const [own, told] = [made, record].map(({ digest, diffId, size }) => `${digest} (${diffId}, ${size} bytes)`);
    throw new OciasmError("HASH_MISMATCH", `layer ${record.title} is ${own}, an earlier image says ${told}`, {
      hint: "build with --no-registry-cache",
    });
  };
  const bring = async (layer: Descriptor): Promise<void> => {
    if ((await deps.store.has(layer.digest)) === layer.size) return;
    const one = taken.get(layer.digest);
    if (one === undefined) {
      const owner = plans.find(({ base }) => base.layers.some((record) => record.digest === layer.digest));
      await owner?.base.fetchLayer(layer, deps.report, deps.signal);
    } else if ((await hasSources(one.planned, deps)) || !(await download(layer, one.layer, deps))) await remake(one);
  };
  return {
    add: (plan, known) => {
      plans.push(plan);
      for (const planned of plan.layers) {
        const layer = known.get(planned.key);
        if (layer?.origin === "registry") taken.set(layer.record.digest, { plan, planned, layer });
      }
    },
    remade,
    get isRefuted() {
      return isRefuted;
    },
    local: async (layer) => {
      const started = running.get(layer.digest) ?? bring(layer).finally(() => running.delete(layer.digest));
      running.set(layer.digest, started);
      await started;
      return deps.store.path(layer.digest);
    },
    origins: ({ digest }) => [...baseOrigins(digest, plans), ...cacheOrigins(taken.get(digest)?.layer)],
  };
}

/** True where nothing has to be fetched to make the layer: then making it costs less than the blob. */
async function hasSources({ recipe }: PlannedLayer, { store }: BuildDeps): Promise<boolean> {
  const here = recipe.sources.map(async (source) => {
    if (source.type === "bytecode") return (await findPack(source, recipe.scheme, store)) !== undefined;
    if (source.type !== "wheel" && source.type !== "deb" && source.type !== "python") return true;
    return (await store.has(digestOfHex(source.sha256))) === source.size;
  });
  return (await Promise.all(here)).every((is) => is);
}

/** From the first image that still has it. */
async function download(blob: Descriptor, { record, finds }: KnownLayer, deps: BuildDeps): Promise<boolean> {
  for (const { source } of finds) {
    try {
      await deps.limits.downloads(() => source.fetchLayer(blob, deps.report, deps.signal));
      return true;
    } catch (error) {
      deps.signal.throwIfAborted();
      const why = toOciasmError(error).message;
      deps.report({ type: "warning", message: `layer ${record.title} can't be had from ${source.title}: ${why}` });
    }
  }
  return false;
}

function baseOrigins(digest: Digest, plans: readonly ImagePlan[]): readonly string[] {
  return plans.flatMap(({ base: { origin, layers } }) =>
    origin !== undefined && layers.some((record) => record.digest === digest) ? [origin] : [],
  );
}

function cacheOrigins(layer: KnownLayer | undefined): readonly string[] {
  return (layer?.finds ?? []).flatMap(({ source: { origin } }) => (origin === undefined ? [] : [origin]));
}
