import type { ImageSource } from "../base/image-source.ts";
import { BASE_DIGEST, BASE_NOTE } from "../image/annotations.ts";
import { type CachedLayer, cachedLayers } from "../image/cached-layers.ts";
import { parseImageConfig } from "../oci/config-read.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { type ImageManifest, isIndex, MAX_DOCUMENT_BYTES, parseManifestDocument } from "../oci/manifest.ts";
import { isConfigType, isManifestType } from "../oci/media-types.ts";

/** What an image that ociasm made earlier tells a later build. */
export interface PreviousImage {
  readonly digest: Digest;
  readonly layers: readonly CachedLayer[];
  /** Digest of the base image. */
  readonly base?: string;
  readonly baseNote?: string;
}

/** Layers for another machine may be the same, so all images of an index are read; not more than these. */
const MOST_IMAGES = 8;

/** Reads an image, or all images of an index. Every document is checked against its digest. Throws as the source does. */
export async function readPrevious(source: ImageSource): Promise<readonly PreviousImage[]> {
  const { descriptor, bytes } = await source.top();
  const document = parseManifestDocument(bytes, descriptor.mediaType);
  if (!isIndex(document)) return [await readImage(source, descriptor.digest, document)];
  const entries = document.manifests.filter(isImage).slice(0, MOST_IMAGES);
  return Promise.all(
    entries.map(async (entry) => {
      const manifest = parseManifestDocument(await read(source, entry), entry.mediaType);
      if (isIndex(manifest)) return { digest: entry.digest, layers: [] };
      return readImage(source, entry.digest, manifest);
    }),
  );
}

async function readImage(source: ImageSource, digest: Digest, manifest: ImageManifest): Promise<PreviousImage> {
  const { annotations = {} } = manifest;
  const isOurs = manifest.layers.some((layer) => layer.annotations !== undefined);
  if (!isOurs || !isConfigType(manifest.config.mediaType)) return { digest, layers: [] };
  const layers = cachedLayers(manifest, parseImageConfig(await read(source, manifest.config)));
  const [base, baseNote] = [annotations[BASE_DIGEST], annotations[BASE_NOTE]];
  return {
    digest,
    layers,
    ...(base === undefined ? {} : { base }),
    ...(baseNote === undefined ? {} : { baseNote }),
  };
}

/** Nothing is asked for that could not be a document. */
async function read(source: ImageSource, descriptor: Descriptor): Promise<Uint8Array> {
  return descriptor.size > MAX_DOCUMENT_BYTES ? new Uint8Array() : source.document(descriptor);
}

function isImage({ mediaType, platform, artifactType }: Descriptor): boolean {
  return isManifestType(mediaType) && platform?.os !== "unknown" && artifactType === undefined;
}
