import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LayerRecord } from "../layers/recipe.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { DiskStore } from "./disk.ts";
import { listImages } from "./images.ts";
import { LAYERS_BUCKET } from "./layer-index.ts";
import { blobsOf, markImage, namedBy, readDocument } from "./stored-images.ts";

/**
 * What a blob is there for. `images`: an image with a name. `layers`: a layer that may be used again, or an image without
 * a name. `downloads`: the rest: wheels, Debian packages, and what was made of them on the way to a layer.
 */
export type BlobUse = "images" | "layers" | "downloads";

export interface UsedBlob {
  readonly use: BlobUse;
  /** Bytes. */
  readonly size: number;
}

export interface Usage {
  readonly use: BlobUse | "notes";
  readonly files: number;
  readonly bytes: number;
}

/** What the store holds, by what it is there for; `notes` is what is remembered of indexes, wheels and layers. */
export async function cacheUsage(store: DiskStore): Promise<readonly Usage[]> {
  const blobs = [...(await blobUses(store)).values()];
  const usage = (["images", "layers", "downloads"] as const).map((use): Usage => {
    const some = blobs.filter((blob) => blob.use === use);
    return { use, files: some.length, bytes: some.reduce((sum, { size }) => sum + size, 0) };
  });
  return [...usage, { use: "notes", ...(await folderUsage(join(store.cacheDir, "keys"))) }];
}

/** Every blob of the store. */
export async function blobUses(store: DiskStore): Promise<ReadonlyMap<Digest, UsedBlob>> {
  const inImages = new Set<Digest>();
  for (const { descriptor } of await listImages(store)) await markImage(store, descriptor.digest, inImages);
  const listings = new Map<Digest, Digest>();
  const inLayers = new Set<Digest>();
  for (const { digest, listing } of await layerRecords(store)) {
    inLayers.add(digest);
    if (listing !== undefined) listings.set(listing, digest);
  }
  const uses = new Map<Digest, UsedBlob>();
  for (const digest of await blobsOf(store)) {
    const size = (await stat(store.path(digest)).catch(() => undefined))?.size;
    if (size === undefined) continue;
    // Without its listing a layer counts as unknown.
    const named = inImages.has(digest) || inImages.has(listings.get(digest) ?? digest);
    const document = named ? undefined : await readDocument(store, digest);
    for (const child of document === undefined ? [] : [{ digest }, ...namedBy(document)]) inLayers.add(child.digest);
    const use = named ? "images" : inLayers.has(digest) || listings.has(digest) ? "layers" : "downloads";
    uses.set(digest, { use, size });
  }
  for (const digest of inLayers) {
    const blob = uses.get(digest);
    if (blob?.use === "downloads") uses.set(digest, { ...blob, use: "layers" });
  }
  return uses;
}

/** Folders of notes that can be had again; what is known of layers is not among them. */
export async function noteFolders(store: DiskStore): Promise<readonly string[]> {
  const folders = await readdir(join(store.cacheDir, "keys")).catch(() => []);
  return folders.filter((folder) => folder !== LAYERS_BUCKET);
}

async function layerRecords(store: DiskStore): Promise<readonly Pick<LayerRecord, "digest" | "listing">[]> {
  const root = join(store.cacheDir, "keys", LAYERS_BUCKET);
  const names = await readdir(root, { recursive: true }).catch(() => []);
  const records: Pick<LayerRecord, "digest" | "listing">[] = [];
  for (const name of names.filter((one) => one.endsWith(".json"))) {
    const text = await readFile(join(root, name), "utf8").catch(() => "");
    const record = recordOf(text);
    if (record !== undefined) records.push(record);
  }
  return records;
}

function recordOf(text: string): Pick<LayerRecord, "digest" | "listing"> | undefined {
  try {
    const { value } = JSON.parse(text) as { readonly value?: Partial<LayerRecord> };
    if (value?.digest === undefined || !isDigest(value.digest)) return undefined;
    const { digest, listing } = value;
    return { digest, ...(listing === undefined || !isDigest(listing) ? {} : { listing }) };
  } catch {
    return undefined;
  }
}

async function folderUsage(folder: string): Promise<{ readonly files: number; readonly bytes: number }> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let [files, bytes] = [0, 0];
  for (const entry of names.filter((one) => one.isFile())) {
    files++;
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return { files, bytes };
}
