import { type PackageChange, versionChanges } from "../analyze/diff-packages.ts";
import { ownerPackage, type Package } from "../analyze/packages.ts";
import type { EarlierLayer } from "./earlier-image.ts";

/** What a pull of the new image means to somebody who has the earlier one. */
export interface Changes {
  readonly packages: readonly PackageChange[];
  /** Bytes of all layers, more or less than before. */
  readonly growth: number;
  /** Bytes of the layers that the earlier image has not. */
  readonly pulled: number;
}

type Layer = Pick<EarlierLayer, "size" | "packages"> & { readonly digest: string | null };

export function changesBetween(before: readonly Layer[], after: readonly Layer[]): Changes {
  const known = new Set(before.map(({ digest }) => digest));
  return {
    packages: versionChanges(packagesOf(before), packagesOf(after)),
    growth: sizeOf(after) - sizeOf(before),
    pulled: sizeOf(after.filter(({ digest }) => !known.has(digest))),
  };
}

function packagesOf(layers: readonly Layer[]): readonly Package[] {
  return layers.flatMap(({ packages }) => packages.flatMap((text) => ownerPackage(text) ?? []));
}

function sizeOf(layers: readonly Layer[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}
