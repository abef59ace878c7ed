import type { ImageSource, SourceDocument } from "../base/image-source.ts";
import type { Document, FinishedImage } from "../destination/destination.ts";
import { OciasmError } from "../errors.ts";
import { chooseManifest } from "../oci/choose-manifest.ts";
import { parseImageConfig } from "../oci/config-read.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { present } from "../oci/fields.ts";
import { type ImageManifest, isIndex, MAX_DOCUMENT_BYTES, parseManifestDocument } from "../oci/manifest.ts";
import { isConfigType, isIndexType, isManifestType } from "../oci/media-types.ts";
import type { Platform } from "../oci/platform.ts";

/** All documents of an image or an index, as they lie in a source: what a copy has to bring with it. */
export interface ImageTree {
  readonly top: Document;
  /** Every image, attestations and other artifacts among them, each once. */
  readonly images: readonly FinishedImage[];
  /** Indexes below the top, children first. */
  readonly indexes: readonly Document[];
  /** Layers whose bytes lie with their publisher only; they are named, not copied. */
  readonly foreign: readonly Descriptor[];
}

// An index may name indexes; nobody nests deeper on purpose.
const MAX_NESTING = 3;
// An index of indexes of indexes could ask for a million documents of 8 MiB.
const MAX_DOCUMENTS = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads every document below the top, or, given a platform, of the one image that runs there. Throws ARCHIVE_INVALID
 * for documents that are no image's, nested too deep or too many, HASH_MISMATCH for one that is not what was promised.
 */
export async function readTree(source: ImageSource, platform: Platform | undefined): Promise<ImageTree> {
  const walk = createWalk(source);
  const first = await source.top();
  const top = platform === undefined ? first : await chosen(source, first, platform);
  await walk.visit(top, 0);
  const { mediaType, digest, size } = top.descriptor;
  return { top: { descriptor: { mediaType, digest, size }, bytes: top.bytes }, ...walk.found() };
}

/** The image's manifest, however many indexes stand above it. */
async function chosen(source: ImageSource, top: SourceDocument, platform: Platform): Promise<SourceDocument> {
  let at = top;
  for (let depth = 0; depth <= MAX_NESTING; depth++) {
    const document = parseManifestDocument(at.bytes, at.descriptor.mediaType);
    if (!isIndex(document)) return at;
    const descriptor = chooseManifest(document, platform, source.title);
    at = { descriptor, bytes: await readDocument(source, descriptor) };
  }
  throw tooDeep(source);
}

function createWalk(source: ImageSource): {
  visit(document: SourceDocument, depth: number): Promise<void>;
  found(): Omit<ImageTree, "top">;
} {
  const seen = new Set<string>();
  const images: FinishedImage[] = [];
  const indexes: Document[] = [];
  const foreign: Descriptor[] = [];
  let bytes = 0;
  const visit = async ({ descriptor, bytes: text }: SourceDocument, depth: number): Promise<void> => {
    if (depth > MAX_NESTING) throw tooDeep(source);
    bytes += text.length;
    if (bytes > MAX_BYTES || seen.size > MAX_DOCUMENTS) {
      throw new OciasmError("ARCHIVE_INVALID", `${source.title} has more manifests than any image needs`);
    }
    const document = parseManifestDocument(text, descriptor.mediaType);
    if (!isIndex(document)) {
      const image = await readImage(source, descriptor, text, document);
      bytes += image.config.bytes.length;
      images.push(image);
      foreign.push(...document.layers.filter(isForeign));
      return;
    }
    for (const child of document.manifests) {
      if (seen.has(child.digest)) continue;
      seen.add(child.digest);
      checkEntry(child, source.title);
      await visit({ descriptor: child, bytes: await readDocument(source, child) }, depth + 1);
    }
    if (depth > 0) indexes.push({ descriptor: plain(descriptor), bytes: text });
  };
  return { visit, found: () => ({ images, indexes, foreign }) };
}

async function readImage(
  source: ImageSource,
  descriptor: Descriptor,
  bytes: Uint8Array,
  manifest: ImageManifest,
): Promise<FinishedImage> {
  const config = { descriptor: manifest.config, bytes: await readDocument(source, manifest.config) };
  return {
    platform: platformOf(config) ?? descriptor.platform ?? { os: "unknown", architecture: "unknown" },
    manifest: { descriptor: plain(descriptor), bytes },
    config,
    layers: manifest.layers.filter((layer) => !isForeign(layer)),
  };
}

/** What the config says of the machine; undefined for an artifact, whose config says nothing. */
export function platformOf(config: Document): Platform | undefined {
  if (!isConfigType(config.descriptor.mediaType)) return undefined;
  const read = parseImageConfig(config.bytes);
  return present<Platform>({
    os: read.os,
    architecture: read.architecture,
    variant: read.variant,
    "os.version": read["os.version"],
    "os.features": read["os.features"],
  });
}

async function readDocument(source: ImageSource, descriptor: Descriptor): Promise<Uint8Array> {
  const { digest, size } = descriptor;
  if (size > MAX_DOCUMENT_BYTES) {
    throw new OciasmError("ARCHIVE_INVALID", `${source.title}: document ${digest} is announced with ${size} bytes`);
  }
  const bytes = await source.document(descriptor);
  if (bytes.length === size) return bytes;
  throw new OciasmError("HASH_MISMATCH", `${source.title}: ${digest} has ${bytes.length} bytes instead of ${size}`);
}

function checkEntry({ mediaType, digest }: Descriptor, title: string): void {
  if (isManifestType(mediaType) || isIndexType(mediaType)) return;
  throw new OciasmError("ARCHIVE_INVALID", `${title}: ${digest} in the index is of the type ${mediaType}`);
}

// image-spec, layer.md, "Non-Distributable Layers", and Docker's older word for them.
function isForeign({ mediaType }: Descriptor): boolean {
  return mediaType.includes("nondistributable") || mediaType.includes(".rootfs.foreign.");
}

function plain({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

function tooDeep(source: ImageSource): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `${source.title} has indexes nested deeper than ${MAX_NESTING}`);
}
