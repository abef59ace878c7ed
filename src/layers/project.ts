import { passedDirectories } from "./directories.ts";
import type { DirectorySource, FileSource, LayerRecipe, LinkSource, TextSource } from "./recipe.ts";
import { sortedByPath } from "./sources.ts";
import type { LayerContext } from "./wheel-layers.ts";

export type ProjectSource = FileSource | TextSource | LinkSource | DirectorySource;

/** A layer of the user's own files, where they shall lie in the image. The project's is the last. */
export function filesRecipe(title: string, sources: readonly ProjectSource[], context: LayerContext): LayerRecipe {
  return {
    kind: "project",
    title,
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
