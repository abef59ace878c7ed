import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { MAX_DOCUMENT_BYTES, parseIndex } from "../oci/manifest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import type { BlobStore } from "../store/blob-store.ts";
import { type FilePart, partStream } from "../store/file-stream.ts";
import { checkedDocument, type ImageSource, type SourceDocument } from "./image-source.ts";
import type { ImageSpec } from "./image-spec.ts";
import { pickEntries } from "./pick-entry.ts";
import { placedLayers } from "./placed-layers.ts";

/** The files of an OCI layout, wherever they lie. Rejects with IMAGE_NOT_FOUND or BLOB_CORRUPT for what is missing. */
export interface LayoutFiles {
  /** The whole of a small file. */
  small(path: string, limit: number): Promise<Uint8Array>;
  /** Where a blob is that should have `size` bytes. */
  place(path: string, size: number): Promise<FilePart>;
  close(): Promise<void>;
}

/** An image in an OCI layout (image-spec, image-layout.md). */
export function layoutSource(title: string, spec: ImageSpec, files: LayoutFiles, store: BlobStore): ImageSource {
  const document = async (descriptor: Descriptor): Promise<Uint8Array> =>
    checkedDocument(await files.small(blobPath(descriptor.digest), MAX_DOCUMENT_BYTES), descriptor, title);
  const place = ({ digest, size }: Descriptor): Promise<FilePart> => files.place(blobPath(digest), size);
  return {
    title,
    top: async () => {
      await checkVersion(files, title);
      const index = parseIndex(await files.small("index.json", MAX_DOCUMENT_BYTES));
      const picked = pickEntries(index.manifests, spec, title);
      const [only] = picked;
      if (picked.length === 1 && only !== undefined) return { descriptor: only, bytes: await document(only) };
      return flatIndex(picked);
    },
    document,
    ...placedLayers(place),
    fetchLayer: async (descriptor, report) => {
      if ((await store.has(descriptor.digest)) === descriptor.size) return;
      await copyIntoStore(partStream(await place(descriptor)), descriptor, store);
      const { digest: id, size } = descriptor;
      report({ type: "transfer", id, what: "base", state: "done", bytes: size, total: size });
    },
    close: () => files.close(),
  };
}

/** Some tools list an image's platforms flat in index.json: an index of them stands in for the one that is not there. */
function flatIndex(manifests: readonly Descriptor[]): SourceDocument {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  const digest = digestOfHex(createHash("sha256").update(bytes).digest("hex"));
  return { descriptor: { mediaType: OCI_INDEX, digest, size: bytes.length }, bytes };
}

async function checkVersion(files: LayoutFiles, title: string): Promise<void> {
  const text = Buffer.from(await files.small("oci-layout", 4096)).toString("utf8");
  if (/"imageLayoutVersion"\s*:\s*"1\./.test(text)) return;
  throw new OciasmError("BASE_INVALID", `${title} is an OCI layout of no known version`);
}

function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(":", "/")}`;
}

/** Writes a stream into the store under the digest that it must have; otherwise rejects with HASH_MISMATCH. */
export async function copyIntoStore(
  chunks: AsyncIterable<Uint8Array>,
  blob: Descriptor,
  store: BlobStore,
): Promise<void> {
  const temporary = await store.temporary();
  try {
    const hash = createHash("sha256");
    const file = await open(temporary, "wx");
    try {
      for await (const chunk of chunks) {
        hash.update(chunk);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    const digest = digestOfHex(hash.digest("hex"));
    if (digest !== blob.digest)
      throw new OciasmError("HASH_MISMATCH", `layer ${blob.digest} of the base has other content, ${digest}`);
    await store.adopt(temporary, { digest, size: blob.size });
  } finally {
    await rm(temporary, { force: true });
  }
}
