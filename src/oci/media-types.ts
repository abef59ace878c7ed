/** image-spec, media-types.md, and the Docker types that registries and archives still carry. */
export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
export const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
export const DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
export const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";

const DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+";

/** What to ask a registry for: one that lacks a type in Accept answers 404 for a manifest that it has. */
export const MANIFEST_TYPES: readonly string[] = [OCI_INDEX, OCI_MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST];

export type LayerCompression = "gzip" | "zstd" | "none";

const LAYERS: ReadonlyMap<string, LayerCompression> = new Map([
  [OCI_LAYER, "none"],
  [`${OCI_LAYER}+gzip`, "gzip"],
  [`${OCI_LAYER}+zstd`, "zstd"],
  [DOCKER_LAYER, "none"],
  [`${DOCKER_LAYER}.gzip`, "gzip"],
  [`${DOCKER_LAYER}.zstd`, "zstd"],
]);

export function isIndexType(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_INDEX;
}

export function isManifestType(mediaType: string): boolean {
  return mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST;
}

export function isConfigType(mediaType: string): boolean {
  return mediaType === OCI_CONFIG || mediaType === DOCKER_CONFIG;
}

export function isSchema1Type(mediaType: string): boolean {
  return mediaType.startsWith(DOCKER_SCHEMA1);
}

/** How a layer of this type is compressed; undefined for what is no file system layer, or may not be distributed. */
export function layerCompression(mediaType: string): LayerCompression | undefined {
  return LAYERS.get(mediaType);
}

/** The OCI type of a Docker one, for a base whose layers go on in an OCI manifest; other types as they are. */
export function ociMediaType(mediaType: string): string {
  const compression = LAYERS.get(mediaType);
  if (compression !== undefined) return compression === "none" ? OCI_LAYER : `${OCI_LAYER}+${compression}`;
  if (mediaType === DOCKER_MANIFEST) return OCI_MANIFEST;
  if (mediaType === DOCKER_INDEX) return OCI_INDEX;
  return mediaType === DOCKER_CONFIG ? OCI_CONFIG : mediaType;
}
