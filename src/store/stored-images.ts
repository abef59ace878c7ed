import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import {
  type ImageIndex,
  type ImageManifest,
  isIndex,
  MAX_DOCUMENT_BYTES,
  parseManifestDocument,
} from "../oci/manifest.ts";
import type { DiskStore } from "./disk.ts";
import { storeError } from "./store-error.ts";

/** Adds an image or index to `keep`, and whatever it leads to. */
export async function markImage(store: DiskStore, digest: Digest, keep: Set<Digest>): Promise<void> {
  if (keep.has(digest)) return;
  keep.add(digest);
  const document = await readDocument(store, digest);
  if (document === undefined) return;
  for (const child of namedBy(document)) {
    if (isIndex(document)) await markImage(store, child.digest, keep);
    else keep.add(child.digest);
  }
}

export function namedBy(document: ImageIndex | ImageManifest): readonly Descriptor[] {
  return isIndex(document) ? document.manifests : [document.config, ...document.layers];
}

/** Every blob of the store, sorted. */
export async function blobsOf(store: DiskStore): Promise<readonly Digest[]> {
  const root = join(store.cacheDir, "blobs", "sha256");
  const folders = await readdir(root).catch(() => []);
  const names = await Promise.all(folders.map((folder) => readdir(join(root, folder)).catch(() => [])));
  return names
    .flat()
    .sort()
    .map((name) => `sha256:${name}`)
    .filter(isDigest);
}

/** The manifest or index that a blob is; undefined for any other blob, and for one that is damaged. */
export async function readDocument(store: DiskStore, digest: Digest): Promise<ImageIndex | ImageManifest | undefined> {
  const file = await open(store.path(digest), "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    if ((await file.stat()).size > MAX_DOCUMENT_BYTES) return undefined;
    const { buffer, bytesRead } = await file.read(new Uint8Array(1), 0, 1, 0);
    if (bytesRead === 0 || buffer[0] !== OPENING_BRACE) return undefined;
    return parseManifestDocument(await readWhole(store, digest));
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

const OPENING_BRACE = 0x7b;

async function readWhole(store: DiskStore, digest: Digest): Promise<Uint8Array> {
  const blob = await store.open(digest);
  try {
    return await blob.read(0, blob.size);
  } finally {
    await blob.close();
  }
}

/** Gives the size of what was removed; undefined when it was not there. */
export async function removeBlob(store: DiskStore, digest: Digest): Promise<number | undefined> {
  const path = store.path(digest);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  await rm(path, { force: true }).catch((error: unknown) => {
    throw storeError(error, store.cacheDir);
  });
  return found.size;
}
