import { OciasmError } from "../../errors.ts";
import { annotationLevels } from "../../image/annotations.ts";
import { layersOf } from "../copy-step.ts";
import type { BuildDeps } from "../deps.ts";
import { mergeImages } from "../merge-images.ts";
import type { AssembleParams } from "./assemble-params.ts";
import { givenImage } from "./given-base.ts";
import type { MadeImage } from "./make-image.ts";

/** One index over images that were made before: the one that a build for all of their platforms makes. */
export async function makeIndex(params: AssembleParams, deps: BuildDeps): Promise<MadeImage> {
  const { images = [], config = {}, tags = [], base, layers, project } = params;
  if (base !== undefined || layers !== undefined || project !== undefined) {
    throw new OciasmError("CONFIG_INVALID", "images are merged as they are: base, layers and project are theirs");
  }
  const sources = images.map((folder) => givenImage(folder, deps));
  const { top, ...tree } = await mergeImages(sources, annotationLevels(config.annotations ?? {}));
  return {
    publication: { images: tree.images, index: top, indexes: tree.indexes, tags },
    blobs: layersOf(sources, deps),
    close: async () => {
      for (const source of sources) await source.close();
    },
  };
}
