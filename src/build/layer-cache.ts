import type { ImageSource } from "../base/image-source.ts";
import { isOciasmError, toOciasmError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { CacheRequest } from "./cache-requests.ts";
import type { BuildDeps } from "./deps.ts";
import type { PlannedLayer } from "./image-plan.ts";
import { type Find, foundLayer, type KnownLayer } from "./known-layer.ts";
import { type PreviousImage, readPrevious } from "./previous-image.ts";

/**
 * Layers that earlier builds left in registries and layouts, by the keys in their images' manifests. Nothing is asked
 * for before the first question, and whatever goes wrong is a warning.
 */
export interface LayerCache {
  find(layer: PlannedLayer): Promise<KnownLayer | undefined>;
  /** What the image with this base says of the base (see ../base/base-note.ts). */
  baseNote(digest: Digest): Promise<string | undefined>;
  close(): Promise<void>;
}

export const NO_CACHE: LayerCache = {
  find: async () => undefined,
  baseNote: async () => undefined,
  close: async () => {},
};

/** Reading what is there may take this long in all; a build can do without. */
const READ_SECONDS = 30;

/** Earlier places come first when several have a layer. */
export function openLayerCache(requests: readonly CacheRequest[], deps: BuildDeps): LayerCache {
  if (requests.length === 0) return NO_CACHE;
  let running: Promise<readonly OpenedPlace[]> | undefined;
  const read = (): Promise<readonly OpenedPlace[]> => {
    running ??= Promise.all(requests.map((request) => openPlace(request, deps)));
    return running;
  };
  return {
    find: async (layer) => {
      const places = await read();
      return foundLayer(
        layer,
        places.flatMap(({ finds }) => finds.get(layer.key) ?? []),
      );
    },
    baseNote: async (digest) => {
      const images = (await read()).flatMap((place) => place.images);
      return images.find((image) => image.base === digest && image.baseNote !== undefined)?.baseNote;
    },
    close: async () => {
      for (const { source } of (await running) ?? []) await source?.close();
    },
  };
}

interface OpenedPlace {
  readonly source: ImageSource | undefined;
  readonly images: readonly PreviousImage[];
  readonly finds: ReadonlyMap<Digest, readonly Find[]>;
}

const NOTHING: OpenedPlace = { source: undefined, images: [], finds: new Map() };

async function openPlace(request: CacheRequest, deps: BuildDeps): Promise<OpenedPlace> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), READ_SECONDS * 1000);
  let source: ImageSource | undefined;
  try {
    const { openCacheSource } = await import("./cache-source.ts");
    source = await openCacheSource(request, { ...deps, signal: AbortSignal.any([deps.signal, late.signal]) });
    const images = await readPrevious(source);
    return { source, images, finds: findsOf(source, images) };
  } catch (error) {
    await source?.close();
    deps.signal.throwIfAborted();
    const isNew = request.isDestination && isOciasmError(error) && error.code === "IMAGE_NOT_FOUND";
    const why = late.signal.aborted ? `no answer within ${READ_SECONDS} s` : toOciasmError(error).message;
    if (!isNew) deps.report({ type: "warning", message: `no layers are taken over from ${request.text}: ${why}` });
    return NOTHING;
  } finally {
    clearTimeout(timer);
  }
}

function findsOf(source: ImageSource, images: readonly PreviousImage[]): ReadonlyMap<Digest, readonly Find[]> {
  const finds = new Map<Digest, Find[]>();
  for (const { digest: image, layers } of images) {
    for (const layer of layers) {
      const list = finds.get(layer.key) ?? [];
      list.push({ layer, image, source });
      finds.set(layer.key, list);
    }
  }
  return finds;
}
