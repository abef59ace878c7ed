import type { Digest } from "../oci/digest.ts";
import type { CachePlace } from "./cache-place.ts";
import type { CacheRequest } from "./cache-requests.ts";
import type { BuildDeps } from "./deps.ts";
import type { Find } from "./known-layers.ts";

/** What earlier builds left in registries and layouts, each read once. */
export interface LayerCache {
  /** Starts to read; otherwise the first question does. */
  begin(): void;
  /** The layers with this key, those of earlier places first. */
  finds(key: Digest): Promise<readonly Find[]>;
  /** What the image with this base says of the base (see ../base/base-note.ts). */
  baseNote(digest: Digest): Promise<string | undefined>;
  /** Ends what is still being read. */
  close(): Promise<void>;
}

export const NO_CACHE: LayerCache = {
  begin: () => {},
  finds: async () => [],
  baseNote: async () => undefined,
  close: async () => {},
};

export function openLayerCache(requests: readonly CacheRequest[], deps: BuildDeps): LayerCache {
  if (requests.length === 0) return NO_CACHE;
  const over = new AbortController();
  let running: Promise<readonly CachePlace[]> | undefined;
  const read = (): Promise<readonly CachePlace[]> => {
    running ??= readPlaces(requests, over.signal, deps);
    return running;
  };
  return {
    begin: () => void read().catch(() => {}),
    finds: async (key) => (await read()).flatMap((place) => place.finds.get(key) ?? []),
    baseNote: async (digest) => {
      const images = (await read()).flatMap((place) => place.images);
      return images.find((image) => image.base === digest && image.baseNote !== undefined)?.baseNote;
    },
    close: async () => {
      over.abort();
      const places = (await running?.catch(() => [])) ?? [];
      for (const place of places) await place.close();
    },
  };
}

async function readPlaces(
  requests: readonly CacheRequest[],
  over: AbortSignal,
  deps: BuildDeps,
): Promise<readonly CachePlace[]> {
  const { openPlace } = await import("./cache-place.ts");
  return Promise.all(requests.map((request) => openPlace(request, over, deps)));
}
