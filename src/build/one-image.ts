import type { ImageSource } from "../base/image-source.ts";
import type { FinishedImage } from "../destination/destination.ts";
import { OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { ImageConfig } from "../oci/config.ts";
import { parseImageConfig } from "../oci/config-read.ts";
import type { Digest } from "../oci/digest.ts";
import { type ImageManifest, isIndex, parseManifest, parseManifestDocument } from "../oci/manifest.ts";
import { isConfigType } from "../oci/media-types.ts";
import { formatPlatform, type Platform, parsePlatform } from "../oci/platform.ts";
import { readTree } from "./read-tree.ts";

/** The image of one platform, as its documents tell it. */
export interface OneImage {
  readonly platform: string;
  readonly digest: Digest;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  /** Bytes of manifest and config. */
  readonly documents: number;
}

const DEFAULT_PLATFORM = "linux/amd64";

/**
 * The image for `platform`; without one the only image, else the default platform's, else the first, which a note says.
 * Throws USAGE for what is no container image.
 */
export async function oneImage(source: ImageSource, platform: Platform | undefined, report: Report): Promise<OneImage> {
  const top = await source.top();
  const several = isIndex(parseManifestDocument(top.bytes, top.descriptor.mediaType));
  const { images } = await readTree(source, several ? platform : undefined);
  const runnable = images.filter(isRunnable);
  const names = runnable.map((image) => formatPlatform(image.platform));
  const chosen = runnable[Math.max(0, names.indexOf(formatPlatform(parsePlatform(DEFAULT_PLATFORM))))];
  if (chosen === undefined) {
    throw new OciasmError("USAGE", `${source.title} is no container image`, {
      hint: "`ociasm inspect` shows what it is",
    });
  }
  if (runnable.length > 1) {
    const others = names.filter((name) => name !== formatPlatform(chosen.platform));
    report({ type: "note", message: `${formatPlatform(chosen.platform)}; --platform shows ${others.join(" or ")}` });
  }
  return opened(chosen);
}

function isRunnable({ platform, config }: FinishedImage): boolean {
  return isConfigType(config.descriptor.mediaType) && platform.os !== "unknown";
}

function opened({ platform, manifest, config }: FinishedImage): OneImage {
  return {
    platform: formatPlatform(platform),
    digest: manifest.descriptor.digest,
    manifest: parseManifest(manifest.bytes, manifest.descriptor.mediaType),
    config: parseImageConfig(config.bytes),
    documents: manifest.bytes.length + config.bytes.length,
  };
}
