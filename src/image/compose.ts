import type { LayerRecord } from "../layers/recipe.ts";
import type { ImageConfig } from "../oci/config.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { present } from "../oci/fields.ts";
import type { ImageManifest } from "../oci/manifest.ts";
import { OCI_CONFIG, OCI_MANIFEST, ociMediaType } from "../oci/media-types.ts";
import type { Platform } from "../oci/platform.ts";
import {
  type Annotations,
  annotationLevels,
  BASE_DIGEST,
  BASE_NAME,
  BASE_NOTE,
  layerAnnotations,
} from "./annotations.ts";
import { type JsonDocument, jsonDocument } from "./document.ts";
import { composeHistory } from "./history.ts";
import { composeRuntimeConfig } from "./runtime-config.ts";
import type { RuntimeDefaults } from "./runtime-defaults.ts";
import type { ImageSettings } from "./settings.ts";

export interface ImageParts {
  readonly platform: Platform;
  readonly base: {
    readonly config: ImageConfig;
    /** Layers that exist in the base image; those we assemble for a base are among `layers`. */
    readonly layers: readonly LayerRecord[];
    readonly name?: string;
    readonly digest?: Digest;
    /** For later builds, which take it from the manifest. */
    readonly note?: string;
  };
  /** Ours, lowest first. */
  readonly layers: readonly LayerRecord[];
  readonly settings: ImageSettings;
  readonly defaults: RuntimeDefaults;
  /** RFC 3339 (see ./created.ts). */
  readonly created: string;
}

/** An image for one platform, before any of its bytes is written anywhere. */
export interface ComposedImage {
  readonly platform: Platform;
  readonly config: JsonDocument;
  readonly manifest: JsonDocument;
  readonly layers: readonly Descriptor[];
  /** For the index: annotations of the manifest's descriptor, os.version and os.features. */
  readonly inIndex: {
    readonly annotations: Annotations;
    readonly osVersion?: string;
    readonly osFeatures?: readonly string[];
  };
}

/** Config and manifest of an OCI image (image-spec, config.md and manifest.md). Throws CONFIG_INVALID. */
export function composeImage(parts: ImageParts): ComposedImage {
  const { settings } = parts;
  const variant = settings.variant ?? parts.platform.variant;
  const platform = present<Platform>({ ...withoutVariant(parts.platform), variant });
  const config = jsonDocument(OCI_CONFIG, imageConfig({ ...parts, platform }));
  const layers = [...parts.base.layers, ...parts.layers].map(layerDescriptor);
  const levels = annotationLevels(settings.annotations ?? {});
  const annotations = { ...baseAnnotations(parts), ...levels.manifest };
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: config.descriptor,
    layers,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return {
    platform,
    config,
    manifest: jsonDocument(OCI_MANIFEST, manifest),
    layers,
    inIndex: present<ComposedImage["inIndex"]>({
      annotations: levels.descriptor,
      osVersion: settings.osVersion ?? parts.base.config["os.version"],
      osFeatures: settings.osFeatures ?? parts.base.config["os.features"],
    }),
  };
}

function imageConfig({ platform, base, layers, settings, defaults, created }: ImageParts): ImageConfig {
  return present<ImageConfig>({
    created,
    author: settings.author ?? base.config.author,
    architecture: platform.architecture,
    os: platform.os,
    variant: platform.variant,
    "os.version": settings.osVersion ?? base.config["os.version"],
    "os.features": settings.osFeatures ?? base.config["os.features"],
    config: composeRuntimeConfig(base.config.config ?? {}, settings, defaults),
    rootfs: { type: "layers", diff_ids: [...base.layers, ...layers].map((layer) => layer.diffId) },
    history: composeHistory({ ...base, history: base.config.history ?? [] }, layers, created),
  });
}

function layerDescriptor(layer: LayerRecord): Descriptor {
  const { mediaType, digest, size } = layer;
  return present<Descriptor>({
    mediaType: ociMediaType(mediaType),
    digest,
    size,
    annotations: layerAnnotations(layer),
  });
}

function baseAnnotations({ base }: ImageParts): Annotations {
  return {
    ...(base.name === undefined ? {} : { [BASE_NAME]: base.name }),
    ...(base.digest === undefined ? {} : { [BASE_DIGEST]: base.digest }),
    ...(base.note === undefined ? {} : { [BASE_NOTE]: base.note }),
  };
}

function withoutVariant({ os, architecture }: Platform): Platform {
  return { os, architecture };
}
