import { passedDirectories } from "./directories.ts";
import type { DirectorySource, FileSource, LayerRecipe, LinkSource, TextSource } from "./recipe.ts";
import { sortedByPath } from "./sources.ts";
import type { LayerContext } from "./wheel-layers.ts";

export type ProjectSource = FileSource | TextSource | LinkSource | DirectorySource;

/** The last layer: the project's own files, where they shall lie in the image. */
export function projectRecipe(sources: readonly ProjectSource[], context: LayerContext): LayerRecipe {
  return {
    kind: "project",
    title: "project",
    packages: [],
    sources: sortedByPath(sources),
    scheme: context.scheme,
    codec: context.codec,
    mtime: context.mtime,
    directories: passedDirectories(
      sources.map((source) => source.path),
      context.directories,
    ),
  };
}
