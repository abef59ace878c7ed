import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Digest } from "../../src/oci/digest.ts";
import { isIndex, parseIndex, parseManifest, parseManifestDocument } from "../../src/oci/manifest.ts";

export interface ReadLayer {
  readonly digest: Digest;
  readonly diffId: string;
  readonly mediaType: string;
  /** Of the blob. */
  readonly path: string;
  /** What made it, as the config's history has it. */
  readonly made: string;
}

export interface ReadImage {
  readonly digest: Digest;
  readonly config: Digest;
  readonly platform: string;
  readonly layers: readonly ReadLayer[];
}

/** Images of an OCI layout that holds one image or one index, in the order of the index. */
export async function readLayout(folder: string): Promise<readonly ReadImage[]> {
  const [named] = parseIndex(await readFile(join(folder, "index.json"))).manifests;
  if (named === undefined) throw new Error(`${folder} has no image`);
  const document = parseManifestDocument(await readFile(blobPath(folder, named.digest)));
  const digests = isIndex(document) ? document.manifests.map((manifest) => manifest.digest) : [named.digest];
  return Promise.all(digests.map((digest) => readImage(folder, digest)));
}

async function readImage(folder: string, digest: Digest): Promise<ReadImage> {
  const manifest = parseManifest(await readFile(blobPath(folder, digest)));
  const config: ConfigFile = JSON.parse(await readFile(blobPath(folder, manifest.config.digest), "utf8"));
  const made = config.history.filter((entry) => entry.empty_layer !== true);
  return {
    digest,
    config: manifest.config.digest,
    platform: `${config.os}/${config.architecture}`,
    layers: manifest.layers.map((layer, at) => ({
      digest: layer.digest,
      diffId: config.rootfs.diff_ids[at] ?? "",
      mediaType: layer.mediaType,
      path: blobPath(folder, layer.digest),
      made: made[at]?.comment ?? made[at]?.created_by ?? "",
    })),
  };
}

interface ConfigFile {
  readonly os: string;
  readonly architecture: string;
  readonly rootfs: { readonly diff_ids: readonly string[] };
  readonly history: readonly {
    readonly empty_layer?: boolean;
    readonly comment?: string;
    readonly created_by?: string;
  }[];
}

export function blobPath(folder: string, digest: string): string {
  return join(folder, "blobs", ...digest.split(":"));
}

/** Path to sha256 of every file below a folder. */
export async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(folder.length + 1), await sha256Of(createReadStream(path)));
  }
  return new Map([...found].sort());
}

export async function sha256Of(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

/** The tar of a gzip or plain layer. */
export function openPlain(layer: ReadLayer): Readable {
  const blob = createReadStream(layer.path);
  if (!layer.mediaType.endsWith("+gzip")) return blob;
  const plain = createGunzip();
  blob.on("error", (error) => plain.destroy(error));
  return blob.pipe(plain);
}
