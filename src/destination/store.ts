import { rm } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { DiskStore } from "../store/disk.ts";
import { tagImage } from "../store/images.ts";
import { copyAtomically } from "./atomic-file.ts";
import type { Destination, Publication, WriteDeps, WriteResult } from "./destination.ts";
import { documentsOf, fullNames, layersOf, topDocument } from "./named-entries.ts";

/** The local store: every blob lies there, base layers too, and then the names point at the image. */
export function storeDestination(store: DiskStore): Destination {
  return { title: "local store", write: (publication, deps) => writeStore(store, publication, deps) };
}

async function writeStore(store: DiskStore, publication: Publication, deps: WriteDeps): Promise<WriteResult> {
  let uploaded = 0;
  let existing = 0;
  for (const layer of layersOf(publication.images)) {
    deps.signal.throwIfAborted();
    if ((await store.has(layer.digest)) === layer.size) existing += layer.size;
    else uploaded += await bring(store, layer, deps);
  }
  for (const document of documentsOf(publication)) await store.put(document.bytes);
  const top = topDocument(publication);
  for (const name of fullNames(publication)) await tagImage(store, name, top.descriptor);
  return { uploaded, mounted: 0, existing };
}

async function bring(store: DiskStore, layer: Descriptor, deps: WriteDeps): Promise<number> {
  const path = await deps.layers.local(layer);
  if ((await store.has(layer.digest)) === layer.size) return layer.size;
  const temporary = await store.temporary();
  try {
    if (!(await copyAtomically(path, temporary, layer.size))) {
      throw new OciasmError(
        "BLOB_CORRUPT",
        `layer ${layer.digest} does not have the ${layer.size} bytes that it should have`,
      );
    }
    await store.adopt(temporary, { digest: layer.digest, size: layer.size });
    return layer.size;
  } finally {
    await rm(temporary, { force: true });
  }
}
