import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { fieldsOf, optionalList, readString, stringField } from "../oci/fields.ts";
import { MAX_DOCUMENT_BYTES } from "../oci/manifest.ts";
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from "../oci/media-types.ts";
import { formatReference, parseTagged } from "../oci/reference.ts";
import type { BlobStore } from "../store/blob-store.ts";
import { type FilePart, partStream } from "../store/file-stream.ts";
import { sha256Hex, sha256OfChunks } from "../store/sha256.ts";
import type { ArchiveDirectory } from "./archive-files.ts";
import { checkedDocument, type ImageSource } from "./image-source.ts";
import type { ImageSpec } from "./image-spec.ts";
import { copyIntoStore, type LayoutFiles } from "./layout-source.ts";
import { placedLayers } from "./placed-layers.ts";

/** An image in the archive of an older `docker save` (moby, image/tarexport): no manifest, so one is made. */
export function dockerArchiveSource(
  title: string,
  spec: ImageSpec,
  files: LayoutFiles,
  directory: ArchiveDirectory,
  store: BlobStore,
): ImageSource {
  const places = new Map<Digest, string>();
  const locate = (descriptor: Descriptor): string => {
    const path = places.get(descriptor.digest);
    if (path !== undefined) return path;
    throw new OciasmError("BLOB_CORRUPT", `${title} lacks ${descriptor.digest}`);
  };
  const place = async (descriptor: Descriptor): Promise<FilePart> => files.place(locate(descriptor), descriptor.size);
  const describe = async (path: string, mediaType: string): Promise<Descriptor> => {
    const size = directory.get(path)?.size ?? 0;
    const digest = digestOfHex(await sha256OfChunks(partStream(await files.place(path, size))));
    places.set(digest, path);
    return { mediaType, digest, size };
  };
  return {
    title,
    top: async () => {
      const image = pickImage(await files.small("manifest.json", MAX_DOCUMENT_BYTES), spec, title);
      const config = await describe(image.config, OCI_CONFIG);
      const layers: Descriptor[] = [];
      for (const path of image.layers) layers.push(await describe(path, await layerType(path, files, directory)));
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }));
      const digest = digestOfHex(sha256Hex(bytes));
      return { descriptor: { mediaType: OCI_MANIFEST, digest, size: bytes.length }, bytes };
    },
    document: async (descriptor) =>
      checkedDocument(await files.small(locate(descriptor), MAX_DOCUMENT_BYTES), descriptor, title),
    ...placedLayers(place),
    fetchLayer: async (descriptor) => {
      if ((await store.has(descriptor.digest)) === descriptor.size) return;
      await copyIntoStore(partStream(await place(descriptor)), descriptor, store);
    },
    close: () => files.close(),
  };
}

interface SavedImage {
  readonly config: string;
  readonly layers: readonly string[];
  readonly tags: readonly string[];
}

function pickImage(bytes: Uint8Array, spec: ImageSpec, title: string): SavedImage {
  const images = parseImages(bytes);
  const wanted = spec.tag === undefined ? undefined : fullName(spec.tag);
  const found = images.filter(
    (image) => wanted === undefined || image.tags.some((tag) => matches(tag, wanted, spec.tag)),
  );
  const [image, ...others] = found;
  const names = images.flatMap((one) => one.tags).sort();
  const hint = names.length === 0 ? "it names none" : `name one of ${names.slice(0, 30).join(", ")}`;
  if (image === undefined) throw new OciasmError("IMAGE_NOT_FOUND", `${title} is not there`, { hint });
  if (others.length > 0) throw new OciasmError("IMAGE_NOT_FOUND", `${title} holds several images`, { hint });
  return image;
}

function parseImages(bytes: Uint8Array): readonly SavedImage[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new OciasmError("ARCHIVE_INVALID", "manifest.json is not JSON", { cause });
  }
  const wrapped = fieldsOf({ images: value }, "manifest.json");
  const images = optionalList(wrapped, "images", 1000, (item, where) => {
    const fields = fieldsOf(item, where);
    return {
      config: stringField(fields, "Config"),
      layers: optionalList(fields, "Layers", 1000, readString) ?? [],
      tags: optionalList(fields, "RepoTags", 1000, readString) ?? [],
    };
  });
  return images ?? [];
}

function matches(tag: string, wanted: string, given: string | undefined): boolean {
  return fullName(tag) === wanted || tag.slice(tag.lastIndexOf(":") + 1) === given;
}

function fullName(tag: string): string {
  try {
    return formatReference(parseTagged(tag));
  } catch {
    return tag;
  }
}

// Layers are plain tars as a rule; some tools leave them compressed.
async function layerType(path: string, files: LayoutFiles, directory: ArchiveDirectory): Promise<string> {
  for await (const chunk of partStream(await files.place(path, directory.get(path)?.size ?? 0))) {
    if (chunk[0] === 0x1f && chunk[1] === 0x8b) return `${OCI_LAYER}+gzip`;
    if (chunk[0] === 0x28 && chunk[1] === 0xb5 && chunk[2] === 0x2f && chunk[3] === 0xfd) return `${OCI_LAYER}+zstd`;
    break;
  }
  return OCI_LAYER;
}
