import type { Descriptor } from "../oci/descriptor.ts";
import { formatReference, parseTagged } from "../oci/reference.ts";
import type { Document, FinishedImage, Publication } from "./destination.ts";

/** image-spec, annotations.md: the tag within a layout. */
export const REF_NAME = "org.opencontainers.image.ref.name";

// containerd's import and Docker's image store take the full name from here.
const CONTAINERD_NAME = "io.containerd.image.name";

/** What the tags point at: the index of several platforms, or the only image's manifest. */
export function topDocument(publication: Publication): Document {
  const top = publication.index ?? publication.images[0]?.manifest;
  if (top === undefined) throw new RangeError("a publication without images");
  return top;
}

/** The full names under which the publication is known, e.g. "docker.io/library/app:1". */
export function fullNames(publication: Publication): readonly string[] {
  return [...new Set(publication.tags.map((tag) => formatReference(parseTagged(tag))))];
}

/**
 * The entries of a layout's index.json: one per name, or one without a name. Two names with one tag can't both be
 * found by it, so the second goes by its full name.
 */
export function namedEntries(publication: Publication): readonly Descriptor[] {
  const top = unnamedEntry(publication);
  const local = (publication.refNames ?? []).map((name) => ({ ...top, annotations: { [REF_NAME]: name } }));
  const taken = new Set<string>(publication.refNames);
  const entries = fullNames(publication).map((name) => {
    const { tag, digest } = parseTagged(name);
    const short = tag ?? digest ?? name;
    const refName = taken.has(short) ? name : short;
    taken.add(refName);
    return { ...top, annotations: { [CONTAINERD_NAME]: name, [REF_NAME]: refName } };
  });
  const all = [...local, ...entries];
  return all.length === 0 ? [top] : all;
}

function unnamedEntry(publication: Publication): Descriptor {
  const { mediaType, digest, size } = topDocument(publication).descriptor;
  const [only] = publication.images;
  const platform = publication.index === undefined ? only?.platform : undefined;
  return { mediaType, digest, size, ...(platform === undefined ? {} : { platform }) };
}

/** All documents, each once, children before what names them. */
export function documentsOf(publication: Publication): readonly Document[] {
  const { images, index, indexes = [] } = publication;
  const all = [
    ...images.flatMap((image) => [image.config, image.manifest]),
    ...indexes,
    ...(index === undefined ? [] : [index]),
  ];
  return uniqueBy(all, (document) => document.descriptor.digest);
}

/** All layers, each once, in image order. */
export function layersOf(images: readonly FinishedImage[]): readonly Descriptor[] {
  return uniqueBy(
    images.flatMap((image) => image.layers),
    (layer) => layer.digest,
  );
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  const seen = new Map<string, T>();
  for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item);
  return [...seen.values()];
}
