import { scratchProvider } from "../../base/scratch.ts";
import { OciasmError } from "../../errors.ts";
import { layerKey } from "../../layers/key.ts";
import { filesRecipe } from "../../layers/project.ts";
import type { LayerRecipe, LayerRecord } from "../../layers/recipe.ts";
import { type LayerContext, wheelRecipe } from "../../layers/wheel-layers.ts";
import { type Digest, digestOfHex, hexOf } from "../../oci/digest.ts";
import { parsePlatform } from "../../oci/platform.ts";
import { baseDeps } from "../base-deps.ts";
import type { BuildDeps } from "../deps.ts";
import type { ImagePlan } from "../image-plan.ts";
import { readLayoutData } from "../layout-data.ts";
import { makeLayers } from "../make-layers.ts";
import { codecOf, DEFAULT_MTIME } from "../prepare-step.ts";
import { readFiles } from "./given-files.ts";
import { type GivenFile, storeWith } from "./given-store.ts";
import { readWheels } from "./given-wheels.ts";
import { type LayerMetadata, layerMetadata } from "./layer-metadata.ts";
import { writeOutputs } from "./layer-outputs.ts";
import type { LayerParams } from "./layer-params.ts";
import { tarLayer } from "./tar-layer.ts";

/** Makes one layer as a build would, of declared files, and writes the declared outputs. */
export async function makeLayer(params: LayerParams, deps: BuildDeps): Promise<LayerMetadata> {
  const metadata = params.tar === undefined ? await madeLayer(params, deps) : await tarLayer(params.tar, params, deps);
  await writeOutputs(params.outputs, metadata, deps);
  return metadata;
}

async function madeLayer(params: LayerParams, deps: BuildDeps): Promise<LayerMetadata> {
  const { recipe, given, newest } = await recipeOf(params, deps);
  const wheels = recipe.sources.flatMap((source) => (source.type === "wheel" ? [source.sha256] : []));
  const files = new Map([...given].map(([digest, { path }]) => [hexOf(digest), path]));
  const store = storeWith(given, deps.store);
  const record = await makeOne(recipe, files, { ...deps, store });
  return layerMetadata(record, { wheels: wheels.sort(), newest });
}

/** The layer of a recipe whose sources are all here. */
export async function makeOne(
  recipe: LayerRecipe,
  projectFiles: ImagePlan["projectFiles"],
  deps: BuildDeps,
): Promise<LayerRecord> {
  const layers = [{ recipe, key: layerKey(recipe) }];
  const platform = parsePlatform("linux/amd64");
  const request = { platform, system: [], codec: recipe.codec, offline: true };
  const base = await scratchProvider.open("scratch", request, baseDeps(deps));
  const plan = { platform, base, target: undefined, lock: undefined, packages: undefined, layers, projectFiles };
  const [record] = (await makeLayers(layers, new Map(), plan, () => {}, deps)).values();
  if (record === undefined) throw new Error(`layer ${recipe.title} was not made`);
  return record;
}

interface GivenRecipe {
  readonly recipe: LayerRecipe;
  readonly given: ReadonlyMap<Digest, GivenFile>;
  readonly newest: string | undefined;
}

async function recipeOf(params: LayerParams, deps: BuildDeps): Promise<GivenRecipe> {
  const { scheme } = await readLayoutData("auto", ".", deps.store);
  const codec = await codecOf(params.compression === undefined ? {} : { compression: params.compression });
  const context: LayerContext = { scheme, codec, mtime: params.mtime ?? DEFAULT_MTIME, directories: [] };
  if (params.wheels === undefined) {
    const { sources, local } = await readFiles(params);
    if (sources.length === 0) throw new OciasmError("CONFIG_INVALID", "there is nothing to make a layer of");
    const given = sources.flatMap((source) => (source.type === "file" ? [source] : []));
    return {
      recipe: filesRecipe(params.title ?? "project", sources, context),
      given: placed(given, local),
      newest: undefined,
    };
  }
  const { files, texts, links, directories } = params;
  if ([files, texts, links, directories].some((one) => one !== undefined)) {
    throw new OciasmError("CONFIG_INVALID", "a layer of wheels takes no other files", {
      hint: "make a layer of their own for them",
    });
  }
  const { group, excludes, local } = await readWheels(params);
  if (group.packages.length === 0) throw new OciasmError("CONFIG_INVALID", "there are no wheels to make a layer of");
  const wheels = group.packages.map(({ wheel }) => wheel);
  return {
    recipe: wheelRecipe(group, { ...context, excludes }),
    given: placed(wheels, local),
    newest: wheels
      .flatMap(({ uploadTime }) => (uploadTime === undefined ? [] : [uploadTime]))
      .sort((a, b) => Date.parse(a) - Date.parse(b))
      .at(-1),
  };
}

function placed(
  files: readonly { readonly sha256: string; readonly size: number }[],
  local: ReadonlyMap<string, string>,
): ReadonlyMap<Digest, GivenFile> {
  return new Map(files.map(({ sha256, size }) => [digestOfHex(sha256), { path: local.get(sha256) ?? "", size }]));
}
