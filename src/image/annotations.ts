import type { LayerRecord } from "../layers/recipe.ts";
import { ANYWHERE, boundedRoots } from "../layers/roots.ts";
import { isDigest } from "../oci/digest.ts";

export const BASE_NAME = "org.opencontainers.image.base.name";
export const BASE_DIGEST = "org.opencontainers.image.base.digest";

/** On the manifest: what was read of a base image's layers (see ../base/base-note.ts). */
export const BASE_NOTE = "dev.ociasm.base.note";

/** On our layers' descriptors: `LayerRecord.key`, by which a later build knows the layer again. */
const LAYER_KEY = "dev.ociasm.layer.key";
export const LAYER_KIND = "dev.ociasm.layer.kind";
/** `LayerRecord.packages`, separated by spaces. */
export const LAYER_PACKAGES = "dev.ociasm.layer.packages";
/** `LayerRecord.roots`, percent-encoded and separated by spaces. */
const LAYER_ROOTS = "dev.ociasm.layer.roots";

export type Annotations = Readonly<Record<string, string>>;

/** Where annotations go, in buildx' words. */
export interface AnnotationLevels {
  readonly manifest: Annotations;
  readonly index: Annotations;
  /** On the manifest's descriptor in the index. */
  readonly descriptor: Annotations;
}

const LEVELS = new Map<string, keyof AnnotationLevels>([
  ["manifest", "manifest"],
  ["index", "index"],
  ["manifest-descriptor", "descriptor"],
]);

/** Sorts `index:key`, `manifest,index:key` and plain keys to their levels; a plain key means the manifest. */
export function annotationLevels(annotations: Annotations): AnnotationLevels {
  const found = {
    manifest: new Map<string, string>(),
    index: new Map<string, string>(),
    descriptor: new Map<string, string>(),
  };
  for (const [text, value] of Object.entries(annotations)) {
    const { levels, key } = splitKey(text);
    for (const level of levels) found[level].set(key, value);
  }
  return {
    manifest: Object.fromEntries(found.manifest),
    index: Object.fromEntries(found.index),
    descriptor: Object.fromEntries(found.descriptor),
  };
}

function splitKey(text: string): { readonly levels: readonly (keyof AnnotationLevels)[]; readonly key: string } {
  const colon = text.indexOf(":");
  const words = colon < 0 ? [] : text.slice(0, colon).split(",");
  const levels = words.map((word) => LEVELS.get(word.trim()));
  if (levels.length === 0 || levels.some((level) => level === undefined)) return { levels: ["manifest"], key: text };
  return { levels: levels.filter((level) => level !== undefined), key: text.slice(colon + 1) };
}

/** What a layer's descriptor says about it; nothing for a layer of a foreign base. */
export function layerAnnotations(layer: LayerRecord): Annotations | undefined {
  if (layer.key === undefined) return undefined;
  const packages = layer.packages.length === 0 ? {} : { [LAYER_PACKAGES]: layer.packages.join(" ") };
  const roots = layer.roots === undefined ? {} : { [LAYER_ROOTS]: layer.roots.map(encodeRoot).join(" ") };
  return { [LAYER_KEY]: layer.key, [LAYER_KIND]: layer.kind, ...packages, ...roots };
}

/** What `layerAnnotations` wrote; undefined for a layer that is none of ours. */
export function readLayerAnnotations(annotations: Annotations): Pick<LayerRecord, "key" | "roots"> | undefined {
  const key = annotations[LAYER_KEY];
  if (key === undefined || !isDigest(key)) return undefined;
  const roots = annotations[LAYER_ROOTS];
  if (roots === undefined) return { key };
  const words = roots.split(" ").filter((root) => root !== "");
  return { key, roots: boundedRoots(words.map(decodeRoot)) };
}

function encodeRoot(root: string): string {
  return root.replaceAll(/\p{Surrogate}/gu, "\ufffd").replaceAll(/[^!-$&-~]/gu, encodeURIComponent);
}

/** What can't be read may be anything. */
function decodeRoot(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ANYWHERE;
  }
}
