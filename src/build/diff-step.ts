import type { LayerContents } from "../analyze/contents.ts";
import { type DiffSide, diffImages, type ImageDiff, ownLayers } from "../analyze/diff.ts";
import { type ImageLayer, imageLayers } from "../analyze/image-layers.ts";
import type { ImageSource } from "../base/image-source.ts";
import type { Digest } from "../oci/digest.ts";
import type { Platform } from "../oci/platform.ts";
import type { BuildDeps } from "./deps.ts";
import { openImageArgument } from "./image-argument.ts";
import { type OneImage, oneImage } from "./one-image.ts";
import { type ContentsRequest, readContents } from "./read-contents.ts";
import { rememberedLayers } from "./remembered-layers.ts";

export interface DiffRequest {
  /** Image arguments. */
  readonly from: string;
  readonly to: string;
  readonly platform: Platform | undefined;
  /** Reads layers of which the packages are known by their annotations, too. */
  readonly files: boolean;
}

/** Layers that both images have are not read; of the others those that neither listing nor annotation tells of. */
export async function diff({ from, to, platform, files }: DiffRequest, deps: BuildDeps): Promise<ImageDiff> {
  const left = await openSide(from, platform, deps);
  try {
    const right = await openSide(to, platform, deps);
    try {
      const [gone, come] = [await read(left, right, files, deps), await read(right, left, files, deps)];
      return diffImages(sideOf(left, gone), sideOf(right, come));
    } finally {
      await right.source.close();
    }
  } finally {
    await left.source.close();
  }
}

interface OpenSide {
  readonly name: string;
  readonly source: ImageSource;
  readonly image: OneImage;
  readonly layers: readonly ImageLayer[];
  readonly remembered: ContentsRequest["remembered"];
}

async function openSide(name: string, platform: Platform | undefined, deps: BuildDeps): Promise<OpenSide> {
  const source = await openImageArgument(name, deps);
  try {
    const image = await oneImage(source, platform, deps.report);
    const remembered = await rememberedLayers(image, deps.store);
    const titles = new Map([...remembered].map(([digest, { title }]) => [digest, title]));
    return { name, source, image, remembered, layers: imageLayers(image.manifest, image.config, titles) };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function read(
  { source, layers, remembered }: OpenSide,
  other: OpenSide,
  everyFile: boolean,
  deps: BuildDeps,
): Promise<ReadonlyMap<Digest, LayerContents>> {
  const wanted = ownLayers(layers, other.layers).filter(
    ({ ours, descriptor }) => everyFile || !ours || remembered.get(descriptor.digest)?.listing !== undefined,
  );
  const contents = await readContents(wanted, { source, remembered, everyByte: false, imports: false }, deps);
  return new Map(contents.map((each) => [each.layer.descriptor.digest, each]));
}

function sideOf({ name, image, layers }: OpenSide, contents: DiffSide["contents"]): DiffSide {
  return { name, platform: image.platform, digest: image.digest, documents: image.documents, layers, contents };
}
