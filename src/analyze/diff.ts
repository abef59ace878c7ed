import type { Digest } from "../oci/digest.ts";
import type { LayerContents } from "./contents.ts";
import { type FileChanges, fileChanges } from "./diff-files.ts";
import { type PackageChange, packageChanges } from "./diff-packages.ts";
import type { ImageLayer } from "./image-layers.ts";

/** One of the two images. */
export interface DiffSide {
  readonly name: string;
  readonly platform: string;
  readonly digest: Digest;
  /** Bytes of manifest and config. */
  readonly documents: number;
  readonly layers: readonly ImageLayer[];
  /** Of layers that the other image lacks, as far as they were read or listed; by digest. */
  readonly contents: ReadonlyMap<Digest, LayerContents>;
}

export interface ImageDiff {
  readonly from: SideSummary;
  readonly to: SideSummary;
  /** For someone who has `from`. */
  readonly pull: { readonly bytes: number; readonly layers: number };
  readonly layers: readonly LayerChange[];
  readonly packages: readonly PackageChange[];
  /** Null where a layer that only one image has was neither listed nor read. */
  readonly files: FileChanges | null;
}

export interface SideSummary {
  readonly name: string;
  readonly platform: string;
  readonly digest: Digest;
  readonly size: number;
  readonly layers: number;
}

export interface LayerChange {
  readonly change: "added" | "removed";
  readonly digest: Digest;
  readonly size: number;
  readonly kind: string;
  readonly title: string;
  /** The other image has the same files in a blob that is compressed otherwise: nothing was gained by pulling it. */
  readonly repacked: boolean;
}

export function diffImages(from: DiffSide, to: DiffSide): ImageDiff {
  const added = missingIn(from, to.layers);
  const removed = missingIn(to, from.layers);
  const blobs = new Map(added.map(({ descriptor }) => [descriptor.digest, descriptor.size]));
  const [gone, come] = [onlyIn(from, to), onlyIn(to, from)];
  const known = [...gone, ...come].every(({ contents }) => contents !== undefined);
  return {
    from: summary(from),
    to: summary(to),
    pull: {
      bytes: [...blobs.values()].reduce((sum, size) => sum + size, 0) + (from.digest === to.digest ? 0 : to.documents),
      layers: blobs.size,
    },
    layers: [
      ...added.map((layer) => layerChange("added", layer, from)),
      ...removed.map((layer) => layerChange("removed", layer, to)),
    ],
    packages: packageChanges(gone, come),
    files: known ? fileChanges(gone, come) : null,
  };
}

/** A layer that only one image has, with its contents as far as they are known. */
export interface OwnLayer {
  readonly layer: ImageLayer;
  readonly contents: LayerContents | undefined;
}

/** The layers whose files the other image lacks. */
export function ownLayers(layers: readonly ImageLayer[], others: readonly ImageLayer[]): readonly ImageLayer[] {
  const shared = new Set(
    others.flatMap(({ descriptor, diffId }) => [descriptor.digest, ...(diffId === null ? [] : [diffId])]),
  );
  return layers.filter(
    ({ descriptor, diffId }) => !shared.has(descriptor.digest) && (diffId === null || !shared.has(diffId)),
  );
}

function onlyIn(side: DiffSide, other: DiffSide): readonly OwnLayer[] {
  return ownLayers(side.layers, other.layers).map((layer) => ({
    layer,
    contents: side.contents.get(layer.descriptor.digest),
  }));
}

function missingIn(side: DiffSide, layers: readonly ImageLayer[]): readonly ImageLayer[] {
  const there = new Set(side.layers.map(({ descriptor }) => descriptor.digest));
  return layers.filter(({ descriptor }) => !there.has(descriptor.digest));
}

function layerChange(change: LayerChange["change"], layer: ImageLayer, other: DiffSide): LayerChange {
  const { digest, size } = layer.descriptor;
  const repacked = layer.diffId !== null && other.layers.some(({ diffId }) => diffId === layer.diffId);
  return { change, digest, size, kind: layer.kind, title: layer.title, repacked };
}

function summary({ name, platform, digest, layers }: DiffSide): SideSummary {
  const size = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  return { name, platform, digest, size, layers: layers.length };
}
