import { type Stats, statSync } from "node:fs";
import { type FileHandle, open, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { type Digest, digestOfHex, hexOf } from "../oci/digest.ts";
import type { BlobStore, OpenBlob } from "./blob-store.ts";
import { type Borrowing, withBorrowed } from "./borrowed.ts";
import { handleSource } from "./file-source.ts";
import { hashHandle } from "./hash-file.ts";
import { type DiskKeyIndex, diskKeyIndex } from "./keys.ts";
import { createLocks, type WithLock } from "./lock.ts";
import { isSealed, seal, sealedTime } from "./seal.ts";
import { sha256Hex } from "./sha256.ts";
import { storeError } from "./store-error.ts";
import { sweepUnfinished, temporaryNames } from "./temporary.ts";

export interface DiskStore extends BlobStore, DiskKeyIndex, Borrowing {
  readonly cacheDir: string;
  /** Runs one of several processes at a time; see ./lock.ts. */
  readonly withLock: WithLock;
  /** Removes what dead processes left unfinished. Whoever writes does it too, but not every run writes. */
  sweep(): Promise<void>;
}

/**
 * The store below a cache directory: `blobs/sha256/ab/<hex>`, `keys/<bucket>/…`, `tmp/`, `locks/`. Files appear whole
 * or not at all. Nothing is made before the first write, so a read-only directory serves what it has.
 */
export function createDiskStore(cacheDir: string): DiskStore {
  const unfinished = join(cacheDir, "tmp");
  const temporary = temporaryNames(unfinished);
  const guarded = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw storeError(error, cacheDir);
    });
  const path = (digest: Digest): string => blobPath(cacheDir, digest);
  const adopt: BlobStore["adopt"] = (file, blob) => guarded(seal(file, path(blob.digest), blob));
  const has = async (digest: Digest): Promise<number | undefined> => {
    const named = statIfThere(path(digest));
    if (named === undefined || isSealed(named)) return named?.size;
    const found = await openSealed(path(digest), digest);
    await found?.handle.close();
    return found?.size;
  };
  return withBorrowed<Omit<DiskStore, keyof Borrowing>>({
    cacheDir,
    path,
    has,
    adopt,
    temporary: () => guarded(temporary()),
    open: async (digest) => openBlob(path(digest), digest),
    put: async (bytes) => {
      const digest = digestOfHex(sha256Hex(bytes));
      const blob = { digest, size: bytes.length };
      if ((await has(digest)) === bytes.length) return blob;
      const file = await guarded(temporary());
      try {
        await guarded(writeFile(file, bytes));
        await adopt(file, blob);
      } finally {
        await rm(file, { force: true });
      }
      return blob;
    },
    ...diskKeyIndex(join(cacheDir, "keys"), temporary),
    withLock: createLocks(join(cacheDir, "locks")),
    sweep: () => sweepUnfinished(unfinished).catch(() => {}),
  });
}

function blobPath(cacheDir: string, digest: Digest): string {
  const hex = hexOf(digest);
  return join(cacheDir, "blobs", "sha256", hex.slice(0, 2), hex);
}

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function openBlob(path: string, digest: Digest): Promise<OpenBlob> {
  const found = await openSealed(path, digest);
  if (found !== undefined) return handleSource(found.handle, found.size);
  throw new OciasmError("BLOB_CORRUPT", `${digest} is not in the cache, or was damaged there and has been removed`, {
    hint: "run the command again: what is missing is fetched or made anew",
  });
}

/** The open blob if it is what its name says; one that is not is removed. */
async function openSealed(
  path: string,
  digest: Digest,
): Promise<{ readonly handle: FileHandle; readonly size: number } | undefined> {
  const handle = await open(path, "r").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    if (await isWhole(handle, digest)) return { handle, size: (await handle.stat()).size };
    await removeSame(path, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

async function isWhole(handle: FileHandle, digest: Digest): Promise<boolean> {
  const stats = await handle.stat();
  if (isSealed(stats)) return true;
  const { size } = stats;
  if ((await hashHandle(handle)).sha256 !== hexOf(digest)) return false;
  // Somebody touched it and did no harm.
  await handle.utimes(sealedTime(size), sealedTime(size)).catch(() => {});
  return true;
}

/** Another process may have put a good blob in its place meanwhile. */
async function removeSame(path: string, handle: FileHandle): Promise<void> {
  const [opened, named] = [await handle.stat(), await stat(path).catch(() => undefined)];
  if (named?.ino === opened.ino) await rm(path, { force: true }).catch(() => {});
}
