import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Descriptor } from "../oci/descriptor.ts";
import { isDigest } from "../oci/digest.ts";
import type { BlobStore } from "./blob-store.ts";
import { replaceFile } from "./keys.ts";
import { sha256Hex } from "./sha256.ts";
import { storeError } from "./store-error.ts";

/** An image or index of the local store: its name, and its manifest, which is a blob. */
export interface LocalImage {
  /** Full reference, as given to `tagImage`. */
  readonly ref: string;
  readonly descriptor: Descriptor;
}

type ImageFolder = BlobStore & { readonly cacheDir: string };

/** Gives an image a name, taking it from the image that had it. The manifest must be in the store. */
export async function tagImage(store: ImageFolder, ref: string, descriptor: Descriptor): Promise<void> {
  const text = JSON.stringify({ ref, descriptor } satisfies LocalImage);
  await replaceFile(imagePath(store, ref), text, () => store.temporary()).catch((error: unknown) => {
    throw storeError(error, store.cacheDir);
  });
}

export async function resolveImage(store: ImageFolder, ref: string): Promise<Descriptor | undefined> {
  const image = await readImage(imagePath(store, ref));
  return image?.ref === ref ? image.descriptor : undefined;
}

/** Sorted by name. */
export async function listImages(store: ImageFolder): Promise<readonly LocalImage[]> {
  const names = await readdir(join(store.cacheDir, "images")).catch(() => []);
  const images = await Promise.all(names.map((name) => readImage(join(store.cacheDir, "images", name))));
  return images.filter((image) => image !== undefined).sort((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0));
}

/** Removes the name; blobs stay until the cache is pruned. False when there was no such name. */
export async function removeImage(store: ImageFolder, ref: string): Promise<boolean> {
  if ((await resolveImage(store, ref)) === undefined) return false;
  await rm(imagePath(store, ref), { force: true }).catch((error: unknown) => {
    throw storeError(error, store.cacheDir);
  });
  return true;
}

function imagePath(store: ImageFolder, ref: string): string {
  return join(store.cacheDir, "images", `${sha256Hex(ref)}.json`);
}

async function readImage(path: string): Promise<LocalImage | undefined> {
  try {
    const image = JSON.parse(await readFile(path, "utf8")) as Partial<LocalImage> | null;
    if (typeof image?.ref !== "string" || !isDigest(String(image.descriptor?.digest))) return undefined;
    return image as LocalImage;
  } catch {
    return undefined;
  }
}
