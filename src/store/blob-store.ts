import type { ByteSource } from "../archive/bytes.ts";
import type { Digest } from "../oci/digest.ts";

/** Bytes by their own name, on this host. Safe with several processes at once and after a kill at any moment. */
export interface BlobStore {
  /** Size of the blob, or undefined. A blob that was touched since it was stored is hashed again first. */
  has(digest: Digest): Promise<number | undefined>;
  /** Where a blob that `has` lies: for readers in other threads. */
  path(digest: Digest): string;
  /** Rejects with BLOB_CORRUPT when the blob is not there or not what its name says. The caller closes. */
  open(digest: Digest): Promise<OpenBlob>;
  /** Small documents. */
  put(bytes: Uint8Array): Promise<{ readonly digest: Digest; readonly size: number }>;
  /** A name for a file on the store's own file system; given to `adopt` or removed by the caller. */
  temporary(): Promise<string>;
  /** Syncs and renames a finished temporary file whose bytes were hashed while they were written. */
  adopt(temporary: string, blob: { readonly digest: Digest; readonly size: number }): Promise<void>;
}

export interface OpenBlob extends ByteSource {
  close(): Promise<void>;
}

/** Facts that are cheap to lose: one small JSON value a key. A damaged value reads as absent. */
export interface KeyIndex {
  get<T>(bucket: string, key: string): Promise<T | undefined>;
  /** Whether something is there, without reading it. */
  holds(bucket: string, key: string): Promise<boolean>;
  set(bucket: string, key: string, value: unknown): Promise<void>;
}
