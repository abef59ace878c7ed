import type { Destination, Publication, Publishing, WriteDeps, WriteResult } from "../destination/destination.ts";
import type { Annotations } from "../image/annotations.ts";
import { composeIndex } from "../image/index.ts";
import type { LayerRecord } from "../layers/recipe.ts";
import { ociMediaType } from "../oci/media-types.ts";
import type { BuildDeps } from "./deps.ts";
import { type BuiltImage, finishedImage } from "./image-step.ts";
import type { RunBlobs } from "./layer-blobs.ts";

/** What is published: the image itself, or an index when there are several. */
export function publicationOf(
  images: readonly BuiltImage[],
  tags: readonly string[],
  indexAnnotations: Annotations,
): Publication {
  const finished = images.map(finishedImage);
  if (finished.length === 1) return { images: finished, tags };
  const index = composeIndex(
    images.map((image) => image.composed),
    indexAnnotations,
  );
  return { images: finished, index, tags };
}

/** The way to all destinations, open from before the first layer exists until the last name is written. */
export interface Publisher {
  /** A layer exists: destinations that take layers one by one get it now. */
  sealed(layer: LayerRecord): void;
  /** Writes it everywhere it shall go, one destination after the other. */
  publish(publication: Publication): Promise<WriteResult>;
  /** Ends all uploads that are under way. */
  close(): Promise<void>;
}

export async function openPublisher(
  destinations: readonly Destination[],
  tags: readonly string[],
  layers: RunBlobs,
  deps: BuildDeps,
): Promise<Publisher> {
  const { report, environment, http, registries } = deps;
  const over = new AbortController();
  const signal = AbortSignal.any([deps.signal, over.signal]);
  const random = deps.random === undefined ? {} : { random: deps.random };
  const writeDeps: WriteDeps = {
    layers,
    report,
    signal,
    environment,
    http,
    registries,
    withLock: deps.store.withLock,
    ...random,
  };
  const begun = new Map<Destination, Publishing>();
  for (const destination of destinations) {
    const publishing = await destination.begin?.(tags, writeDeps);
    if (publishing !== undefined) begun.set(destination, publishing);
  }
  return {
    sealed: ({ mediaType, digest, size }) => {
      for (const publishing of begun.values()) publishing.layer({ mediaType: ociMediaType(mediaType), digest, size });
    },
    publish: async (publication) => {
      const total = { uploaded: 0, mounted: 0, existing: 0 };
      for (const destination of destinations) {
        deps.signal.throwIfAborted();
        report({ type: "phase", phase: "publish", detail: destination.title });
        const publishing = begun.get(destination);
        const written = await (publishing?.finish(publication) ?? destination.write(publication, writeDeps));
        total.uploaded += written.uploaded;
        total.mounted += written.mounted;
        total.existing += written.existing;
      }
      return total;
    },
    close: async () => {
      over.abort();
      for (const publishing of begun.values()) await publishing.close();
    },
  };
}
