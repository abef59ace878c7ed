import type { LayerRecord } from "../layers/recipe.ts";
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

/** What is known of a planned image and its layers. */
export function planResult(plan: ImagePlan, known: KnownLayers): ImageResult {
  const layers = [
    ...plan.base.layers.map((record) => layerResult(record, "base")),
    ...plan.layers.map(({ key, recipe }): LayerResult => {
      const layer = known.get(key);
      if (layer !== undefined) return layerResult(layer.record, layer.origin);
      const size = recipe.sources.reduce((sum, source) => sum + ("size" in source ? source.size : 0), 0);
      const { kind, title, packages } = recipe;
      return { digest: null, diffId: null, size, mediaType: "", kind, key, title, packages, origin: "planned" };
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
