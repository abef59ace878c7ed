import type { TarEntryType } from "../archive/tar-entry.ts";
import type { StrippableBytes } from "../debian/elf-sections.ts";
import type { ImageLayer } from "./image-layers.ts";

/** A layer with what lies in it, in the order of its tar or of its listing. */
export interface LayerContents {
  readonly layer: ImageLayer;
  /** A listing knows names, sizes, digests and owners; what only the bytes say is known of a blob that was read. */
  readonly from: "listing" | "blob";
  readonly files: readonly LayerFile[];
}

/** An entry of a layer, whiteouts included. */
export interface LayerFile {
  readonly path: string;
  readonly type: TarEntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Hex of a file's content. */
  readonly sha256?: string;
  readonly linkName?: string;
  /** "torch==2.9.1", "libc6=2.36-9": as a listing of ours has it. */
  readonly owner?: string;
  /** The text of a file that says which packages there are. */
  readonly text?: string;
  /** Somebody's credential, by its name or by a private key in it. */
  readonly secret?: "name" | "content";
  readonly strippable?: StrippableBytes;
  /** Top-level modules that a Python file imports, where they were asked for. */
  readonly imports?: readonly string[];
}

/** Bytes of a layer's files. */
export function unpackedBytes({ files }: LayerContents): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Files whose text is wanted: RECORD of wheels, and dpkg's and apk's lists. */
export function saysPackages(path: string): boolean {
  return (
    /\.dist-info\/RECORD$/.test(path) ||
    /(^|\/)var\/lib\/dpkg\/(status|status\.d\/[^/]+|info\/[^/]+\.list)$/.test(path) ||
    /^(usr\/)?lib\/apk\/db\/installed$/.test(path)
  );
}

/** Files whose text tells what a Python package needs, and whether others load it. */
export function saysRequirements(path: string): boolean {
  return /\.dist-info\/(METADATA|entry_points\.txt)$/.test(path);
}
