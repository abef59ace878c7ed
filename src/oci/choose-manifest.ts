import { OciasmError } from "../errors.ts";
import type { Descriptor } from "./descriptor.ts";
import type { ImageIndex } from "./manifest.ts";
import { isIndexType, isManifestType } from "./media-types.ts";
import { formatPlatform, type Platform, platformDistance } from "./platform.ts";

/**
 * The manifest (or nested index) of an index that runs on `platform`: an exact match before an older variant, the
 * first of equals (image-index.md). Attestations are passed over. Throws BASE_MISMATCH that lists what there is.
 */
export function chooseManifest(index: ImageIndex, platform: Platform, name: string): Descriptor {
  const images = index.manifests.filter(isImage);
  const named = images.flatMap((image) => {
    const distance = image.platform === undefined ? undefined : platformDistance(platform, image.platform);
    return distance === undefined ? [] : [{ image, distance }];
  });
  const best = named.reduce<(typeof named)[number] | undefined>(
    (least, next) => (least === undefined || next.distance < least.distance ? next : least),
    undefined,
  );
  if (best !== undefined) return best.image;
  // An entry without a platform may be anything: its config tells.
  const [only, ...others] = images.filter((image) => image.platform === undefined);
  if (only !== undefined && others.length === 0) return only;
  throw new OciasmError("BASE_MISMATCH", `${name} has no image for ${formatPlatform(platform)}`, {
    hint: `choose one of ${listPlatforms(images)}`,
  });
}

function isImage(entry: Descriptor): boolean {
  if (!isManifestType(entry.mediaType) && !isIndexType(entry.mediaType)) return false;
  if (entry.platform?.os === "unknown" || entry.annotations?.["vnd.docker.reference.type"] !== undefined) return false;
  return entry.artifactType === undefined;
}

function listPlatforms(images: readonly Descriptor[]): string {
  const names = images.flatMap((image) => (image.platform === undefined ? [] : [formatPlatform(image.platform)]));
  return names.length === 0 ? "another image: this one has none" : [...new Set(names)].sort().slice(0, 30).join(", ");
}
