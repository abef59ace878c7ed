import type { ImageSource } from "../base/image-source.ts";
import type { AnnotationLevels, Annotations } from "../image/annotations.ts";
import { indexOfEntries } from "../image/index.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { present } from "../oci/fields.ts";
import { canonicalJson } from "../oci/json.ts";
import { isIndex, parseManifestDocument } from "../oci/manifest.ts";
import { isConfigType } from "../oci/media-types.ts";
import { type ImageTree, platformOf, readTree } from "./read-tree.ts";

/**
 * One index over images and the members of indexes that were built apart. It is the same whatever the order of the
 * sources, and the very one that a single run for all platforms makes. Throws CONFIG_INVALID for two images of one platform.
 */
export async function mergeImages(
  sources: readonly ImageSource[],
  annotations: Pick<AnnotationLevels, "index" | "descriptor">,
): Promise<ImageTree> {
  const trees: ImageTree[] = [];
  for (const source of sources) trees.push(await readTree(source, undefined));
  const entries = uniqueEntries(trees.flatMap((tree) => entriesOf(tree, annotations.descriptor)));
  return {
    top: indexOfEntries(entries, annotations.index),
    images: trees.flatMap((tree) => tree.images),
    indexes: trees.flatMap((tree) => tree.indexes),
    foreign: trees.flatMap((tree) => tree.foreign),
  };
}

function entriesOf(tree: ImageTree, annotations: Annotations): readonly Descriptor[] {
  const { descriptor, bytes } = tree.top;
  const document = parseManifestDocument(bytes, descriptor.mediaType);
  if (isIndex(document)) return document.manifests;
  const [image] = tree.images;
  const isImage = isConfigType(document.config.mediaType);
  return [
    present<Descriptor>({
      ...descriptor,
      platform: image === undefined ? undefined : platformOf(image.config),
      artifactType: isImage ? undefined : (document.artifactType ?? document.config.mediaType),
      annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
    }),
  ];
}

/** One entry a digest; of several, the one that says most, so that the order of the sources decides nothing. */
function uniqueEntries(entries: readonly Descriptor[]): readonly Descriptor[] {
  const best = new Map<string, Descriptor>();
  for (const entry of entries) {
    const known = best.get(entry.digest);
    if (known === undefined || saysMore(entry, known)) best.set(entry.digest, entry);
  }
  return [...best.values()];
}

function saysMore(a: Descriptor, b: Descriptor): boolean {
  const [left, right] = [canonicalJson(a), canonicalJson(b)];
  return left.length === right.length ? left < right : left.length > right.length;
}
