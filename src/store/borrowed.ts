import { stat } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { BlobStore } from "./blob-store.ts";
import { openFileSource } from "./file-source.ts";

/** A file that somebody else owns, as it was when its bytes were hashed. */
export interface BorrowedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

/** Blobs that are read where they lie, for one run. */
export interface Borrowing {
  borrow(digest: Digest, file: BorrowedFile): void;
  /**
   * Called between reading blobs and keeping what was made of them. Rejects with HASH_MISMATCH when one that is
   * borrowed was touched meanwhile.
   */
  confirm(digests: Iterable<Digest>): Promise<void>;
}

/** A store that also has blobs which it never wrote. */
export function withBorrowed<Store extends BlobStore>(store: Store): Store & Borrowing {
  const files = new Map<Digest, BorrowedFile>();
  const confirm = async (digest: Digest): Promise<void> => {
    const file = files.get(digest);
    if (file === undefined || (await isSame(file))) return;
    files.delete(digest);
    throw new OciasmError("HASH_MISMATCH", `${file.path} was changed while it was read`, {
      hint: "run the command again when nobody writes the file any more",
    });
  };
  return {
    ...store,
    borrow: (digest, file) => void files.set(digest, file),
    confirm: async (digests) => {
      for (const digest of digests) await confirm(digest);
    },
    has: async (digest) => {
      const file = files.get(digest);
      if (file === undefined) return store.has(digest);
      return (await isSame(file)) ? file.size : undefined;
    },
    path: (digest) => files.get(digest)?.path ?? store.path(digest),
    open: async (digest) => {
      const file = files.get(digest);
      return file === undefined ? store.open(digest) : openFileSource(file.path);
    },
  };
}

async function isSame({ path, size, mtimeMs, ino }: BorrowedFile): Promise<boolean> {
  const now = await stat(path).catch(() => undefined);
  return now?.size === size && now.mtimeMs === mtimeMs && now.ino === ino;
}
