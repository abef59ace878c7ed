import type { LayerRecipe } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";
import type { SeenLibrary } from "./library-taps.ts";

/** One layer to be made by one thread: plain data, paths and no bytes. */
export interface AssembleJob {
  readonly key: Digest;
  readonly recipe: LayerRecipe;
  /** Host path of each wheel, deb or project file, by sha256 hex. */
  readonly sources: Readonly<Record<string, string>>;
  /** Where the bytecode of a wheel or deb lies on this host, by sha256 hex. */
  readonly packs?: Readonly<Record<string, PackPlace>>;
  /** Where the blob and the listing are written; the caller adopts or removes them. */
  readonly blobPath: string;
  readonly listingPath: string;
}

/** A pack of bytecode and its listing (see ./bytecode-pack.ts). */
export interface PackPlace {
  readonly pack: string;
  readonly listing: string;
}

export interface AssembledLayer {
  readonly key: Digest;
  readonly blob: { readonly digest: Digest; readonly size: number };
  readonly diffId: Digest;
  readonly uncompressedSize: number;
  readonly listing: { readonly digest: Digest; readonly size: number };
  readonly warnings: readonly string[];
  /** The shared libraries of its wheels, as far as they were seen. */
  readonly libraries: readonly SeenLibrary[];
}
