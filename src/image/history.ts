import type { LayerRecord } from "../layers/recipe.ts";
import type { HistoryEntry } from "../oci/config.ts";

/**
 * One entry a layer that names its packages, after the base's own history. podman refuses a history that does not
 * agree with the number of layers, so a base's that does not is replaced by one plain entry a layer.
 */
export function composeHistory(
  base: { readonly history: readonly HistoryEntry[]; readonly layers: readonly LayerRecord[]; readonly name?: string },
  layers: readonly LayerRecord[],
  created: string,
): readonly HistoryEntry[] {
  const own = layers.map((layer) => ({ created, created_by: describeLayer(layer), comment: "ociasm" }));
  const counted = base.history.filter((entry) => entry.empty_layer !== true).length;
  if (counted === base.layers.length) return [...base.history, ...own];
  const comment = base.name === undefined ? "base image" : `base image ${base.name}`;
  return [...base.layers.map((layer) => ({ created_by: describeLayer(layer), comment })), ...own];
}

function describeLayer(layer: LayerRecord): string {
  const packages = layer.packages.length === 0 ? layer.title : layer.packages.join(" ");
  return `${layer.kind}: ${packages}`;
}
