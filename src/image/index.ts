import { OciasmError } from "../errors.ts";
import type { ImageIndex } from "../oci/manifest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import { formatPlatform, type Platform } from "../oci/platform.ts";
import type { Annotations } from "./annotations.ts";
import type { ComposedImage } from "./compose.ts";
import { type JsonDocument, jsonDocument } from "./document.ts";

/** An OCI index over images for different platforms, sorted by platform. Throws CONFIG_INVALID for two of one. */
export function composeIndex(images: readonly ComposedImage[], annotations: Annotations = {}): JsonDocument {
  const sorted = [...images].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const twice = sorted.find((image, at) => at > 0 && sortKey(image) === sortKey(sorted[at - 1] ?? image));
  if (twice !== undefined) {
    throw new OciasmError("CONFIG_INVALID", `two images for ${formatPlatform(twice.platform)} in one index`);
  }
  const index: ImageIndex = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: sorted.map((image) => ({
      ...image.manifest.descriptor,
      platform: indexPlatform(image),
      ...(Object.keys(image.inIndex.annotations).length === 0 ? {} : { annotations: image.inIndex.annotations }),
    })),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return jsonDocument(OCI_INDEX, index);
}

// Windows images of one architecture differ in os.version alone.
function sortKey(image: ComposedImage): string {
  return `${formatPlatform(image.platform)} ${image.inIndex.osVersion ?? ""}`;
}

function indexPlatform({ platform, inIndex }: ComposedImage): Platform {
  return {
    ...platform,
    ...(inIndex.osVersion === undefined ? {} : { "os.version": inIndex.osVersion }),
    ...(inIndex.osFeatures === undefined ? {} : { "os.features": inIndex.osFeatures }),
  };
}
