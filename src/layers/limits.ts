import { OciasmError } from "../errors.ts";

/** Docker's own cap: 127 lower directories less two for the container's layer (moby, daemon/internal/layer). */
const MAX_LAYERS = 125;

/** From here on an image built on top, a scanner's mount or an old kernel may fail (moby/buildkit issue 4810). */
const MANY_LAYERS = 100;

/** Of `max-layer-size`, in bytes: below this, parts would be many and gain nothing. */
export const LEAST_LAYER_SIZE: number = 1024 * 1024;

export interface LayerCount {
  /** Layers of the base image. */
  readonly base: number;
  /** Layers for Python, system packages, environment, bytecode and project. */
  readonly reserved: number;
  readonly wheels: number;
}

/** Warnings for a high number of layers; throws LAYER_LIMIT for one that engines refuse. */
export function checkLayerCount(count: LayerCount): readonly string[] {
  const total = count.base + count.reserved + count.wheels;
  const sum = `${total} layers (${count.base} of the base, ${count.reserved} of our own, ${count.wheels} of wheels)`;
  if (total > MAX_LAYERS) {
    throw new OciasmError("LAYER_LIMIT", `${sum}, and engines refuse more than ${MAX_LAYERS}`, {
      hint:
        count.base + count.reserved < MAX_LAYERS
          ? `build with --layer-policy auto and --max-layers ${MANY_LAYERS} or less; groups, pins and max-layer-size add to it`
          : "choose a base with fewer layers",
    });
  }
  if (total > MANY_LAYERS) return [`${sum}: above ${MANY_LAYERS} some scanners and old kernels fail`];
  return [];
}
