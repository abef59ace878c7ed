import type { TarEntry } from "../archive/tar-entry.ts";
import type { ZipEntry } from "../archive/zip-entry.ts";
import type { SourceFile } from "./source-files.ts";

/** Where a file's bytes come from. Only a file has content; directories, links and the rest carry `none`. */
export type EntryContent =
  /** A deflated or stored range of a wheel. */
  | { readonly from: "zip"; readonly file: SourceFile; readonly entry: ZipEntry }
  /** Plain bytes of a file on this host. */
  | { readonly from: "file"; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly from: "bytes"; readonly bytes: Uint8Array }
  /** Bytes that are cheap to make again, so that they need not be held; `crc32` is theirs. */
  | { readonly from: "made"; readonly crc32: number; readonly make: () => Promise<Uint8Array> }
  | { readonly from: "none" };

/** What a file was read from: decides what an error calls it, and whose fault it is. */
export interface EntryOrigin {
  readonly kind: "wheel" | "deb" | "python" | "project" | "modules";
  /** File name of the wheel, deb or archive; of modules, whose they are. */
  readonly name: string;
}

/** One entry of a layer to be written. `entry.size` equals the number of bytes that `content` yields. */
export interface LayerEntry {
  readonly entry: TarEntry;
  readonly content: EntryContent;
  /** The package that brings it, as in LayerRecipe.packages; several are joined by ", ". */
  readonly owner?: string;
  /** Hex; checked while the bytes pass. */
  readonly expectedSha256?: string;
  readonly origin?: EntryOrigin;
}
