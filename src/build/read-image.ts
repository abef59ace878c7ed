import { OciasmError } from "../errors.ts";
import type { ImageConfig } from "../oci/config.ts";
import { parseImageConfig } from "../oci/config-read.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type ImageManifest, isIndex, parseManifestDocument } from "../oci/manifest.ts";
import { isConfigType } from "../oci/media-types.ts";
import { formatPlatform } from "../oci/platform.ts";
import type { BlobStore } from "../store/blob-store.ts";

/** One platform of an image that lies in the store. */
export interface StoredImage {
  readonly platform: string;
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

/** All platforms of an image or index in the store. Throws IMAGE_NOT_FOUND when a document of it is gone. */
export async function readImage(store: BlobStore, descriptor: Descriptor): Promise<readonly StoredImage[]> {
  const document = parseManifestDocument(await readBlob(store, descriptor), descriptor.mediaType);
  if (isIndex(document)) {
    const images: StoredImage[] = [];
    for (const child of document.manifests) images.push(...(await readImage(store, child)));
    return images;
  }
  // Attestations and other artifacts run nowhere.
  if (!isConfigType(document.config.mediaType) || document.artifactType !== undefined) return [];
  const config = parseImageConfig(await readBlob(store, document.config));
  if (config.os === "unknown") return [];
  return [{ platform: formatPlatform(config), descriptor, manifest: document, config }];
}

async function readBlob(store: BlobStore, { digest }: Descriptor): Promise<Uint8Array> {
  if ((await store.has(digest)) === undefined) {
    throw new OciasmError("IMAGE_NOT_FOUND", `${digest} is no longer in the store`, { hint: "build the image again" });
  }
  const blob = await store.open(digest);
  try {
    return await blob.read(0, blob.size);
  } finally {
    await blob.close();
  }
}
