import { utf8 } from "../archive/bytes.ts";
import type { TarEntry } from "../archive/tar-entry.ts";
import type { DebSource } from "../layers/recipe.ts";
import { alternativeLinks } from "./deb-alternatives.ts";
import { certificateBundle } from "./deb-certificates.ts";
import { type Diversions, diversionDatabase } from "./deb-diversions.ts";
import { javaAuthorities } from "./deb-java.ts";
import { libraryCache } from "./deb-libraries.ts";
import type { DebSpool } from "./deb-spool.ts";
import { packageStatus } from "./deb-status.ts";
import type { DebNodes, PlacedFile } from "./deb-tree.ts";
import type { UnpackedDeb } from "./deb-unpack.ts";

/** What a generator may look at. */
export interface DebLayer {
  /** Packages of the layer. */
  readonly debs: readonly UnpackedDeb[];
  /** Packages of the layers below that the recipe names. */
  readonly below: readonly UnpackedDeb[];
  /** Files of the layer. */
  readonly nodes: DebNodes;
  /** Files of the layer and of those below it. */
  readonly all: Map<string, PlacedFile>;
  readonly spool: DebSpool;
  readonly diversions: Diversions;
}

/** A file or link made from a layer's packages. */
export interface GeneratedFile {
  readonly path: string;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly link?: string;
  readonly source?: DebSource;
}

export type Generator = (layer: DebLayer) => Promise<readonly GeneratedFile[]>;

/**
 * By the name that a recipe's GeneratedSource carries; the number goes up whenever the bytes may change.
 * In this order: a cache of libraries wants to see the links that alternatives make.
 */
export const GENERATORS: ReadonlyMap<string, Generator> = new Map([
  ["diversions/1", diversionDatabase],
  ["alternatives/2", alternativeLinks],
  ["dpkg-status/1", packageStatus],
  ["ca-certificates/1", certificateBundle],
  ["java-cacerts/1", javaAuthorities],
  ["ld-so-cache/1", libraryCache],
]);

export function generatedEntry(file: GeneratedFile): { readonly entry: TarEntry; readonly bytes: Uint8Array } {
  const bytes = file.bytes ?? utf8(file.text ?? "");
  const common = { path: file.path, uid: 0, gid: 0, mtime: 0 };
  if (file.link !== undefined) {
    const entry: TarEntry = { ...common, type: "symlink", mode: 0o777, size: 0, linkName: file.link };
    return { entry, bytes: new Uint8Array() };
  }
  return { entry: { ...common, type: "file", mode: 0o644, size: bytes.length }, bytes };
}
