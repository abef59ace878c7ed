import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { extract, type Header } from "tar-stream";

/** JSON as it lies on the disk: read without any of our own code. */
export type Json = Readonly<Record<string, unknown>>;

export interface FolderImage {
  /** The image's descriptor: in index.json, or in the index of several platforms. */
  readonly descriptor: Json;
  readonly manifest: Json;
  readonly config: Json;
  /** From bottom to top. */
  readonly layers: readonly Json[];
}

export interface ImageFolder {
  /** What index.json names: a manifest or an index. */
  readonly top: Json;
  readonly descriptor: Json;
  readonly images: readonly FolderImage[];
}

/** Reads an OCI layout that holds one name. */
export async function readImageFolder(folder: string): Promise<ImageFolder> {
  const index = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
  const [descriptor] = index.manifests;
  const top = await readBlobJson(folder, descriptor);
  const children: readonly Json[] = Array.isArray(top["manifests"]) ? top["manifests"] : [descriptor];
  const images: FolderImage[] = [];
  for (const child of children) {
    const manifest = await readBlobJson(folder, child);
    const config = await readBlobJson(folder, manifest["config"] as Json);
    images.push({ descriptor: child, manifest, config, layers: manifest["layers"] as readonly Json[] });
  }
  return { top, descriptor, images };
}

/** Headers and contents of a gzip layer's entries by path, as tar-stream reads them. */
export async function readLayer(
  folder: string,
  layer: Json | undefined,
): Promise<ReadonlyMap<string, { readonly header: Header; readonly text: string }>> {
  const entries = new Map<string, { readonly header: Header; readonly text: string }>();
  const reader = extract();
  reader.end(gunzipSync(await readFile(blobPath(folder, layer ?? {}))));
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries.set(entry.header.name.replace(/\/$/, ""), { header: entry.header, text: Buffer.concat(chunks).toString() });
  }
  return entries;
}

async function readBlobJson(folder: string, descriptor: Json): Promise<Json> {
  return JSON.parse(await readFile(blobPath(folder, descriptor), "utf8"));
}

function blobPath(folder: string, descriptor: Json): string {
  return join(folder, "blobs", ...String(descriptor["digest"]).split(":"));
}
