import type { LayerRecord, LayerSource } from "../layers/recipe.ts";
import { formatPlatform } from "../oci/platform.ts";
import type { ImagePlan } from "./image-plan.ts";
import { type BuiltImage, imageSize } from "./image-step.ts";
import type { KnownLayers } from "./known-layers.ts";
import type { BuiltLayer } from "./layer-step.ts";
import type { Built } from "./pipeline.ts";
import type { BuildResult, ByteCounts, ImageResult, LayerResult } from "./result.ts";

/** The JSON document of a build. */
export function buildResult(
  built: Built,
  bytes: Omit<ByteCounts, "assembled" | "uploaded" | "mounted" | "existing">,
  seconds: number,
): BuildResult {
  const { publication, images, written, names } = built;
  const top = publication.index ?? publication.images[0]?.manifest;
  if (top === undefined) throw new Error("nothing was built");
  const { digest, mediaType } = top.descriptor;
  const [tag] = [...names, ...publication.tags];
  return {
    schema: 1,
    ref: tag === undefined ? digest : `${tag}@${digest}`,
    digest,
    mediaType,
    tags: publication.tags,
    images: images.map(imageResult),
    bytes: { ...bytes, assembled: assembledBytes(images), ...written },
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

/** The first keys are those of `docker buildx build --metadata-file`. */
export function buildMetadata(result: BuildResult): object {
  const { mediaType, digest, tags, images } = result;
  return {
    "containerimage.config.digest": images[0]?.config ?? digest,
    "containerimage.descriptor": { mediaType, digest },
    "containerimage.digest": digest,
    "image.name": tags.join(","),
    ociasm: result,
  };
}

function imageResult({ composed, layers }: BuiltImage): ImageResult {
  return {
    platform: formatPlatform(composed.platform),
    digest: composed.manifest.descriptor.digest,
    config: composed.config.descriptor.digest,
    size: imageSize(layers.map((layer) => layer.record)),
    layers: layers.map(({ record, origin }) => layerResult(record, origin)),
  };
}

function layerResult(record: LayerRecord, origin: BuiltLayer["origin"]): LayerResult {
  const { digest, diffId, size, mediaType, kind, key = null, title, packages } = record;
  return { digest, diffId, size, mediaType, kind, key, title, packages, origin };
}

function assembledBytes(images: readonly BuiltImage[]): number {
  const made = images.flatMap((image) => image.layers.filter((layer) => layer.origin === "built"));
  const distinct = new Map(made.map(({ record }) => [record.digest, record.uncompressedSize ?? 0]));
  return [...distinct.values()].reduce((sum, size) => sum + size, 0);
}

/** Bytes that a source of a planned layer takes, as far as is known before. */
export function plannedBytes(source: LayerSource): number {
  if (source.type === "text") return Buffer.byteLength(source.text);
  if (!("size" in source)) return 0;
  const parts = source.type === "wheel" ? (source.part?.count ?? 1) : 1;
  return Math.ceil(source.size / parts);
}

/** How much bytecode there will be nobody knows before it is made. */
function isUnsized(source: LayerSource, unsized: ReadonlySet<string>): boolean {
  return source.type === "bytecode" || (source.type === "wheel" && unsized.has(source.filename));
}

/** What is known of a planned image and its layers. */
export function planResult(plan: ImagePlan, known: KnownLayers, unsized: ReadonlySet<string> = new Set()): ImageResult {
  const layers = [
    ...plan.base.layers.map((record) => layerResult(record, "base")),
    ...plan.layers.map(({ key, recipe }): LayerResult => {
      const layer = known.get(key);
      if (layer !== undefined) return layerResult(layer.record, layer.origin);
      const size = recipe.sources.reduce((sum, source) => sum + plannedBytes(source), 0);
      const { kind, title, packages, sources } = recipe;
      const unknown = sources.some((source) => isUnsized(source, unsized));
      return {
        digest: null,
        diffId: null,
        size,
        ...(unknown ? { sizeUnknown: true as const } : {}),
        mediaType: "",
        kind,
        key,
        title,
        packages,
        origin: "planned",
      };
    }),
  ];
  return {
    platform: formatPlatform(plan.platform),
    digest: null,
    config: null,
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
    layers,
  };
}
