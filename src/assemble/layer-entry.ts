import type { ByteSource } from "../archive/bytes.ts";
import type { TarEntry } from "../archive/tar-entry.ts";
import type { ZipEntry } from "../archive/zip-entry.ts";

/** Where a file's bytes come from. Only a file has content; directories, links and the rest carry `none`. */
export type EntryContent =
  /** A deflated or stored range of a wheel. */
  | { readonly from: "zip"; readonly source: ByteSource; readonly entry: ZipEntry }
  /** Plain bytes of a file on this host. */
  | { readonly from: "file"; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly from: "bytes"; readonly bytes: Uint8Array }
  | { readonly from: "none" };

/** One entry of a layer to be written. `entry.size` equals the number of bytes that `content` yields. */
export interface LayerEntry {
  readonly entry: TarEntry;
  readonly content: EntryContent;
  /** The package that brings it, as in LayerRecipe.packages; several are joined by ", ". */
  readonly owner?: string;
  /** Hex; checked while the bytes pass. */
  readonly expectedSha256?: string;
  /** What an error message calls the file that the content is read from, e.g. a wheel's file name. */
  readonly container?: string;
}
