import type { TarEntryType } from "../archive/tar-entry.ts";

/** What a layer holds, without the layer: feeds conflict checks, `analyze` and `diff`. Sorted by path. */
export interface Listing {
  readonly schema: 1;
  readonly entries: readonly ListingEntry[];
}

export interface ListingEntry {
  readonly path: string;
  readonly type: TarEntryType;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  /** Hex of a file's content. */
  readonly sha256?: string;
  readonly linkName?: string;
  /** The package that brought it, as in LayerRecipe.packages. */
  readonly owner?: string;
}
