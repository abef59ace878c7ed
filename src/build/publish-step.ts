import type { Destination, Publication, WriteResult } from "../destination/destination.ts";
import type { Annotations } from "../image/annotations.ts";
import { composeIndex } from "../image/index.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { BuildDeps } from "./deps.ts";
import { type BuiltImage, finishedImage } from "./image-step.ts";

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

/** Writes it everywhere it shall go, one destination after the other. */
export async function publishStep(
  publication: Publication,
  images: readonly BuiltImage[],
  destinations: readonly Destination[],
  deps: BuildDeps,
): Promise<WriteResult> {
  const layers = { local: (layer: Descriptor) => localLayer(layer, images, deps), origins: originsOf(images) };
  const total = { uploaded: 0, mounted: 0, existing: 0 };
  for (const destination of destinations) {
    deps.signal.throwIfAborted();
    deps.report({ type: "phase", phase: "publish", detail: destination.title });
    const { report, signal, environment, http } = deps;
    const { withLock } = deps.store;
    const written = await destination.write(publication, { layers, report, signal, environment, http, withLock });
    total.uploaded += written.uploaded;
    total.mounted += written.mounted;
    total.existing += written.existing;
  }
  return total;
}

/** Base layers are fetched when a destination turns out not to have them. */
async function localLayer(layer: Descriptor, images: readonly BuiltImage[], deps: BuildDeps): Promise<string> {
  if ((await deps.store.has(layer.digest)) === undefined) {
    const owner = images.find(({ plan }) => plan.base.layers.some((record) => record.digest === layer.digest));
    await owner?.plan.base.fetchLayer(layer, deps.report, deps.signal);
  }
  return deps.store.path(layer.digest);
}

function originsOf(images: readonly BuiltImage[]): (layer: Descriptor) => readonly string[] {
  return (layer) =>
    images.flatMap(({ plan: { base } }) =>
      base.origin !== undefined && base.layers.some((record) => record.digest === layer.digest) ? [base.origin] : [],
    );
}
