import { open, rm } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { DiskStore } from "../store/disk.ts";
import { tagImage } from "../store/images.ts";
import { nameFullCache } from "../store/store-error.ts";
import { copyAtomically } from "./atomic-file.ts";
import type { Destination, Publication, WriteDeps, WriteResult } from "./destination.ts";
import { layerBytes } from "./layer-bytes.ts";
import { documentsOf, fullNames, layersOf, topDocument } from "./named-entries.ts";
import { inParallel } from "./pool.ts";

const COPIES_AT_ONCE = 4;

/** The local store: every blob lies there, base layers too, and then the names point at the image. */
export function storeDestination(store: DiskStore): Destination {
  return {
    title: "local store",
    write: (publication, deps) =>
      writeStore(store, publication, deps).catch((error: unknown) => {
        throw nameFullCache(error, store.cacheDir);
      }),
  };
}

async function writeStore(store: DiskStore, publication: Publication, deps: WriteDeps): Promise<WriteResult> {
  let uploaded = 0;
  let existing = 0;
  await inParallel(layersOf(publication.images), COPIES_AT_ONCE, async (layer) => {
    deps.signal.throwIfAborted();
    const { digest: id, size } = layer;
    const there = (await store.has(id)) === size;
    if (!there) await bring(store, layer, deps);
    const state = there ? "reused" : "done";
    if (deps.layers.stream !== undefined)
      deps.report({ type: "transfer", id, what: "write", state, bytes: size, total: size });
    if (there) existing += size;
    else uploaded += size;
  });
  for (const document of documentsOf(publication)) await store.put(document.bytes);
  deps.signal.throwIfAborted();
  const top = topDocument(publication);
  for (const name of fullNames(publication)) await tagImage(store, name, top.descriptor);
  return { uploaded, mounted: 0, existing };
}

async function bring(store: DiskStore, layer: Descriptor, deps: WriteDeps): Promise<void> {
  if (deps.layers.stream !== undefined) return receive(store, layer, deps);
  const path = await deps.layers.local(layer);
  if ((await store.has(layer.digest)) === layer.size) return;
  const temporary = await store.temporary();
  try {
    if (!(await copyAtomically(path, temporary, layer.size))) {
      throw new OciasmError(
        "BLOB_CORRUPT",
        `layer ${layer.digest} does not have the ${layer.size} bytes that it should have`,
      );
    }
    await store.adopt(temporary, { digest: layer.digest, size: layer.size });
  } finally {
    await rm(temporary, { force: true });
  }
}

async function receive(store: DiskStore, layer: Descriptor, deps: WriteDeps): Promise<void> {
  const temporary = await store.temporary();
  try {
    const file = await open(temporary, "wx");
    try {
      for await (const chunk of layerBytes(layer, deps)) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
    await store.adopt(temporary, { digest: layer.digest, size: layer.size });
  } finally {
    await rm(temporary, { force: true });
  }
}
