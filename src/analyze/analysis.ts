import type { ImageConfig } from "../oci/config.ts";
import type { Digest } from "../oci/digest.ts";
import { type LayerContents, unpackedBytes } from "./contents.ts";
import { type DiveFigures, diveFigures } from "./dive.ts";
import { type Finding, type Findings, findAll } from "./findings/find.ts";
import { folderTree, type TreeNode } from "./folder-tree.ts";
import { instruction } from "./image-layers.ts";
import { mergeLayers } from "./merge.ts";
import { findOwners } from "./owners.ts";
import { type FolderUsage, folderUsage, type PackageUsage, packageUsage, packing } from "./usage.ts";

/** What is asked about an image. */
export interface AnalysisInput {
  readonly name: string;
  readonly platform: string;
  readonly digest: Digest;
  readonly config: ImageConfig;
  readonly layers: readonly LayerContents[];
}

/** What an image costs, who brings it, and what it could do without. */
export interface Analysis {
  readonly name: string;
  readonly platform: string;
  readonly digest: Digest;
  readonly created: string | null;
  /** Bytes of the blobs: what is pulled. */
  readonly size: number;
  /** Bytes of all layers' files. */
  readonly unpacked: number;
  readonly files: number;
  /** From the bottom. */
  readonly layers: readonly LayerAnalysis[];
  /** Largest first. */
  readonly packages: readonly PackageUsage[];
  readonly folders: readonly FolderUsage[];
  /** What a container sees. */
  readonly tree: TreeNode;
  readonly findings: readonly Finding[];
  readonly reclaimable: Findings["reclaimable"];
  readonly dive: DiveFigures;
}

export interface LayerAnalysis {
  readonly at: number;
  readonly digest: Digest;
  readonly diffId: Digest | null;
  readonly mediaType: string;
  readonly size: number;
  readonly unpacked: number;
  readonly files: number;
  /** Bytes that no container sees, because a layer above hides them. */
  readonly hidden: number;
  readonly kind: string;
  readonly title: string;
  readonly createdBy: string;
  readonly from: LayerContents["from"];
}

export function analyzeImage({ name, platform, digest, config, layers }: AnalysisInput): Analysis {
  const image = mergeLayers(layers);
  const owners = findOwners(image);
  const ratios = packing(layers);
  const workdir = (config.config?.WorkingDir ?? "").replace(/^\/+|\/+$/g, "");
  const command = [...(config.config?.Entrypoint ?? []), ...(config.config?.Cmd ?? [])];
  const hidden = layers.map(() => 0);
  for (const { layer, file, hidden: by } of image.all) {
    if (by !== undefined) hidden[layer] = (hidden[layer] ?? 0) + file.size;
  }
  const shown = layers.map((contents, at) => layerAnalysis(contents, hidden[at] ?? 0));
  const { findings, reclaimable } = findAll({ layers, image, owners, workdir, command }, ratios);
  return {
    name,
    platform,
    digest,
    created: config.created ?? null,
    size: shown.reduce((sum, { size }) => sum + size, 0),
    unpacked: shown.reduce((sum, { unpacked }) => sum + unpacked, 0),
    files: shown.reduce((sum, { files }) => sum + files, 0),
    layers: shown,
    packages: packageUsage(image, owners, ratios),
    folders: folderUsage(image, ratios),
    tree: folderTree(image, owners, layers),
    findings,
    reclaimable,
    dive: diveFigures(layers),
  };
}

function layerAnalysis(contents: LayerContents, hidden: number): LayerAnalysis {
  const { layer, files, from } = contents;
  const { digest, mediaType, size } = layer.descriptor;
  return {
    at: layer.at,
    digest,
    diffId: layer.diffId,
    mediaType,
    size,
    unpacked: unpackedBytes(contents),
    files: files.filter(({ type }) => type !== "directory").length,
    hidden,
    kind: layer.kind,
    title: layer.title,
    createdBy: instruction(layer.createdBy),
    from,
  };
}
