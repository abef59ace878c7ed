import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";
import type { Document, FinishedImage, LayerBlobs, Publication } from "../../src/destination/destination.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { type Digest, digestOfHex } from "../../src/oci/digest.ts";
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { parsePlatform } from "../../src/oci/platform.ts";

/** A member of a test layer: its text, or a header for what is no plain file. */
export type LayerMember = string | Uint8Array | (Partial<Header> & { readonly text?: string });

export interface BuiltLayer {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly tar: Uint8Array;
  readonly diffId: Digest;
}

export interface BuiltImage extends FinishedImage {
  readonly built: readonly BuiltLayer[];
}

export function digestOfBytes(bytes: Uint8Array): Digest {
  return digestOfHex(createHash("sha256").update(bytes).digest("hex"));
}

export async function buildTar(members: Readonly<Record<string, LayerMember>>): Promise<Uint8Array> {
  const tar = pack();
  for (const [name, member] of Object.entries(members)) {
    const plain = typeof member === "string" || member instanceof Uint8Array;
    const { text, ...header }: Partial<Header> & { readonly text?: string } = plain ? {} : member;
    const content = Buffer.from(plain ? member : (text ?? ""));
    const size = header.type === undefined || header.type === "file" ? { size: content.length } : {};
    tar.entry({ name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0, ...size, ...header }, content);
  }
  tar.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of tar) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}

/** A gzip layer of the members. */
export async function buildLayer(members: Readonly<Record<string, LayerMember>>): Promise<BuiltLayer> {
  return packLayer(await buildTar(members), gzipSync, `${OCI_LAYER}+gzip`);
}

export function packLayer(tar: Uint8Array, compress: (tar: Uint8Array) => Uint8Array, mediaType: string): BuiltLayer {
  const bytes = compress(tar);
  return {
    descriptor: { mediaType, digest: digestOfBytes(bytes), size: bytes.length },
    bytes,
    tar,
    diffId: digestOfBytes(tar),
  };
}

export function buildDocument(mediaType: string, value: unknown): Document {
  const bytes = Buffer.from(JSON.stringify(value));
  return { descriptor: { mediaType, digest: digestOfBytes(bytes), size: bytes.length }, bytes };
}

export function buildImage(platformText: string, built: readonly BuiltLayer[], runtime: object = {}): BuiltImage {
  const platform = parsePlatform(platformText);
  const config = buildDocument(OCI_CONFIG, {
    ...platform,
    config: runtime,
    rootfs: { type: "layers", diff_ids: built.map((layer) => layer.diffId) },
    history: built.map(() => ({ created_by: "test" })),
  });
  const layers = built.map((layer) => layer.descriptor);
  const manifest = buildDocument(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: config.descriptor,
    layers,
  });
  return { platform, manifest, config, layers, built };
}

export function buildIndex(images: readonly FinishedImage[]): Document {
  const manifests = images.map((image) => ({ ...image.manifest.descriptor, platform: image.platform }));
  return buildDocument(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests });
}

export function publicationOf(images: readonly FinishedImage[], tags: readonly string[]): Publication {
  return images.length === 1 ? { images, tags } : { images, index: buildIndex(images), tags };
}

/** Layer blobs in a folder of this host; `asked` counts who wanted which. */
export function layersIn(folder: string, images: readonly BuiltImage[]): LayerBlobs & { readonly asked: string[] } {
  mkdirSync(folder, { recursive: true });
  const asked: string[] = [];
  for (const layer of images.flatMap((image) => image.built)) {
    writeFileSync(join(folder, layer.descriptor.digest.slice(7)), layer.bytes);
  }
  return {
    asked,
    local: async (layer) => {
      asked.push(layer.digest);
      return join(folder, layer.digest.slice(7));
    },
  };
}
