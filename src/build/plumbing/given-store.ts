import type { Digest } from "../../oci/digest.ts";
import type { DiskStore } from "../../store/disk.ts";

/** A file that was declared. */
export interface GivenFile {
  readonly path: string;
  readonly size: number;
}

/** A store that has some blobs where they lie already. */
export function storeWith(given: ReadonlyMap<Digest, GivenFile>, store: DiskStore): DiskStore {
  return {
    ...store,
    has: async (digest) => given.get(digest)?.size ?? store.has(digest),
    path: (digest) => given.get(digest)?.path ?? store.path(digest),
  };
}
