import type { LayerSource } from "./recipe.ts";

/** Where a source lies in the image; none for wheels, debs and generated files. */
export function sourcePath(source: LayerSource): string | undefined {
  return "path" in source ? source.path : undefined;
}

/** By code unit: what has no path goes last, in the order given. */
export function sortedByPath(sources: readonly LayerSource[]): readonly LayerSource[] {
  return [...sources].sort((a, b) => {
    const left = sourcePath(a);
    const right = sourcePath(b);
    if (left === right) return 0;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -1 : 1;
  });
}
