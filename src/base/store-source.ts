import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { MAX_DOCUMENT_BYTES } from "../oci/manifest.ts";
import type { BlobStore } from "../store/blob-store.ts";
import type { FilePart } from "../store/file-stream.ts";
import { checkedDocument, type ImageSource } from "./image-source.ts";
import { placedLayers } from "./placed-layers.ts";

/** An image of the local store: `top` is what its name points at. */
export function storeSource(title: string, name: string, top: Descriptor, store: BlobStore): ImageSource {
  const document = async (descriptor: Descriptor): Promise<Uint8Array> =>
    checkedDocument(await readDocument(store, descriptor), descriptor, title);
  const place = async (descriptor: Descriptor): Promise<FilePart> => {
    await present(store, descriptor);
    return { path: store.path(descriptor.digest), start: 0 };
  };
  return {
    title,
    name,
    top: async () => ({ descriptor: top, bytes: await document(top) }),
    document,
    ...placedLayers(place),
    fetchLayer: (descriptor) => present(store, descriptor),
    close: async () => {},
  };
}

async function readDocument(store: BlobStore, descriptor: Descriptor): Promise<Uint8Array> {
  await present(store, descriptor);
  const blob = await store.open(descriptor.digest);
  try {
    if (blob.size <= MAX_DOCUMENT_BYTES) return await blob.read(0, blob.size);
    throw new OciasmError("ARCHIVE_INVALID", `document ${descriptor.digest} has ${blob.size} bytes`);
  } finally {
    await blob.close();
  }
}

async function present(store: BlobStore, { digest, size }: Descriptor): Promise<void> {
  const found = await store.has(digest);
  if (found === size) return;
  if (found !== undefined) {
    throw new OciasmError("BLOB_CORRUPT", `${digest} has ${found} bytes in the local store instead of ${size}`);
  }
  throw new OciasmError("IMAGE_NOT_FOUND", `${digest} is no longer in the local store`, {
    hint: "build or pull the image again",
  });
}
