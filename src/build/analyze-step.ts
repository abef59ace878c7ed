import { type Analysis, analyzeImage } from "../analyze/analysis.ts";
import type { LayerContents } from "../analyze/contents.ts";
import { imageLayers } from "../analyze/image-layers.ts";
import type { Platform } from "../oci/platform.ts";
import type { BuildDeps } from "./deps.ts";
import { openImageArgument } from "./image-argument.ts";
import { oneImage } from "./one-image.ts";
import { readContents } from "./read-contents.ts";
import { rememberedLayers } from "./remembered-layers.ts";

export interface AnalyzeRequest {
  /** An image argument. */
  readonly name: string;
  readonly platform: Platform | undefined;
  /** Reads the bytes of layers whose listing is known, too. */
  readonly everyByte: boolean;
  /** Looks for packages that nothing imports: reads every byte. */
  readonly unused: boolean;
}

export interface Analyzed {
  readonly analysis: Analysis;
  readonly contents: readonly LayerContents[];
}

export async function analyze(request: AnalyzeRequest, deps: BuildDeps): Promise<Analyzed> {
  const { name, platform, unused } = request;
  const everyByte = request.everyByte || unused;
  const source = await openImageArgument(name, deps);
  try {
    const image = await oneImage(source, platform, deps.report);
    const remembered = await rememberedLayers(image, deps.store);
    const titles = new Map([...remembered].map(([digest, { title }]) => [digest, title]));
    const layers = imageLayers(image.manifest, image.config, titles);
    const contents = await readContents(layers, { source, remembered, everyByte, imports: unused }, deps);
    const { digest, config } = image;
    return { analysis: analyzeImage({ name, platform: image.platform, digest, config, layers: contents }), contents };
  } finally {
    await source.close();
  }
}
