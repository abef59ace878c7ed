import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { ImageIndex } from "../oci/manifest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import { formatPlatform, normalisePlatform, type Platform } from "../oci/platform.ts";
import type { Annotations } from "./annotations.ts";
import type { ComposedImage } from "./compose.ts";
import { type JsonDocument, jsonDocument } from "./document.ts";

/** An OCI index over images for different platforms, sorted by platform. Throws CONFIG_INVALID for two of one. */
export function composeIndex(images: readonly ComposedImage[], annotations: Annotations = {}): JsonDocument {
  return indexOfEntries(
    images.map((image) => ({
      ...image.manifest.descriptor,
      platform: indexPlatform(image),
      ...(Object.keys(image.inIndex.annotations).length === 0 ? {} : { annotations: image.inIndex.annotations }),
    })),
    annotations,
  );
}

/**
 * An OCI index over descriptors, in an order that only they decide: by platform, then by digest. Attestations may share
 * their platform, `unknown/unknown`; two images for one platform throw CONFIG_INVALID.
 */
export function indexOfEntries(entries: readonly Descriptor[], annotations: Annotations = {}): JsonDocument {
  const sorted = [...entries].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const twice = sorted.find((entry, at) => {
    const before = sorted[at - 1];
    return before !== undefined && entry.platform !== undefined && isImage(entry) && samePlace(entry, before);
  });
  if (twice?.platform !== undefined) {
    throw new OciasmError("CONFIG_INVALID", `two different images for ${formatPlatform(twice.platform)} in one index`);
  }
  const index: ImageIndex = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: sorted,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return jsonDocument(OCI_INDEX, index);
}

function sortKey(entry: Descriptor): string {
  return `${place(entry)} ${entry.digest}`;
}

function samePlace(a: Descriptor, b: Descriptor): boolean {
  return isImage(b) && place(a) === place(b);
}

function isImage({ platform, artifactType }: Descriptor): boolean {
  return platform?.os !== "unknown" && artifactType === undefined;
}

// Windows images of one architecture differ in os.version alone.
function place({ platform }: Descriptor): string {
  return platform === undefined ? "" : `${formatPlatform(normalisePlatform(platform))} ${platform["os.version"] ?? ""}`;
}

function indexPlatform({ platform, inIndex }: ComposedImage): Platform {
  return {
    ...platform,
    ...(inIndex.osVersion === undefined ? {} : { "os.version": inIndex.osVersion }),
    ...(inIndex.osFeatures === undefined ? {} : { "os.features": inIndex.osFeatures }),
  };
}
