import { LAYER_KIND, LAYER_PACKAGES } from "../image/annotations.ts";
import type { HistoryEntry, ImageConfig } from "../oci/config.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { ImageManifest } from "../oci/manifest.ts";

/** What manifest and config say of a layer, ours or not, without its bytes. */
export interface ImageLayer {
  /** From the bottom, 0 first. */
  readonly at: number;
  readonly descriptor: Descriptor;
  /** Null where the config names another number of layers. */
  readonly diffId: Digest | null;
  /** A LayerKind of ours; "base" for what lies below ours; "other" for the layers of an image that is not ours. */
  readonly kind: string;
  /** Made by ociasm: nothing is in it that nobody asked for. */
  readonly ours: boolean;
  readonly title: string;
  /** Of our annotations: "torch==2.9.1". */
  readonly packages: readonly string[];
  readonly created: string | null;
  readonly createdBy: string;
}

/** A line of the image's history; one without a layer changed the config only. */
export interface HistoryRow {
  readonly layer: ImageLayer | null;
  readonly created: string | null;
  readonly createdBy: string;
  readonly comment: string;
}

/** The image's layers from the bottom. `titles` are known of layers in the store, by digest. */
export function imageLayers(
  manifest: ImageManifest,
  config: ImageConfig,
  titles: ReadonlyMap<Digest, string> = new Map(),
): readonly ImageLayer[] {
  const { diff_ids: diffIds } = config.rootfs;
  const made = madeBy(manifest, config);
  const ours = manifest.layers.findIndex((layer) => layer.annotations?.[LAYER_KIND] !== undefined);
  return manifest.layers.map((descriptor, at) => {
    const { annotations = {}, digest } = descriptor;
    const packages = (annotations[LAYER_PACKAGES] ?? "").split(" ").filter((name) => name !== "");
    const kind = annotations[LAYER_KIND] ?? (at < ours ? "base" : "other");
    const createdBy = made[at]?.created_by ?? "";
    return {
      at,
      descriptor,
      diffId: diffIds.length === manifest.layers.length ? (diffIds[at] ?? null) : null,
      kind,
      ours: annotations[LAYER_KIND] !== undefined,
      title: titles.get(digest) ?? titleOf(packages, createdBy, kind),
      packages,
      created: made[at]?.created ?? null,
      createdBy,
    };
  });
}

/** The history from the bottom, or one row a layer where it says nothing. */
export function historyRows(layers: readonly ImageLayer[], config: ImageConfig): readonly HistoryRow[] {
  const { history = [] } = config;
  const filled = history.filter((entry) => entry.empty_layer !== true).length;
  if (filled !== layers.length) {
    return layers.map((layer) => ({ layer, created: layer.created, createdBy: layer.createdBy, comment: "" }));
  }
  let at = 0;
  return history.map(({ created = null, created_by: createdBy = "", comment = "", empty_layer: empty }) => {
    const layer = empty === true ? null : (layers[at++] ?? null);
    return { layer, created, createdBy, comment };
  });
}

/** History entries of the layers, where there is one for each. */
function madeBy({ layers }: ImageManifest, { history = [] }: ImageConfig): readonly HistoryEntry[] {
  const made = history.filter((entry) => entry.empty_layer !== true);
  return made.length === layers.length ? made : [];
}

function titleOf(packages: readonly string[], createdBy: string, kind: string): string {
  const [first] = packages;
  if (first === undefined) return kind === "other" || kind === "base" ? instruction(createdBy) : kind;
  const brought = packages.length === 1 ? first : `${first} and ${packages.length - 1} more`;
  return kind === "bytecode" ? `bytecode of ${brought}` : brought;
}

/** Docker's instruction without the shell around it. */
export function instruction(createdBy: string): string {
  return createdBy
    .replace(/^\|\d+ .*?(?=\/bin\/sh -c )/s, "")
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, "")
    .replace(/^\/bin\/sh -c /, "RUN ")
    .replace(/# buildkit$/, "")
    .replace(/\s+/g, " ")
    .trim();
}
