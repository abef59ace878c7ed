import { createHash } from "node:crypto";
import { lstat, mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestOfHex, hexOf } from "../oci/digest.ts";
import { syncFolder } from "../store/sync-folder.ts";
import { linkAtomically, sweepLeftovers, writeAtomically } from "./atomic-file.ts";
import type { Destination, DestinationType, Document, Publication, WriteDeps, WriteResult } from "./destination.ts";
import { destinationError } from "./destination-error.ts";
import { layerBytes } from "./layer-bytes.ts";
import { layoutIndexText, OCI_LAYOUT, readLayoutIndex } from "./layout-index.ts";
import { documentsOf, layersOf, namedEntries } from "./named-entries.ts";
import { booleanKey, checkKeys } from "./output-spec.ts";
import { inParallel } from "./pool.ts";

const COPIES_AT_ONCE = 4;

/** `type=oci,dest=FOLDER,tar=false`: an OCI image layout in a folder (image-spec, image-layout.md). */
export const ociLayoutType: DestinationType = {
  name: "oci-layout",
  open: (spec) => {
    if (spec["type"] !== "oci" || booleanKey(spec, "tar", true)) return undefined;
    checkKeys(spec, ["dest", "tar"]);
    const { dest } = spec;
    if (dest === undefined || dest === "" || dest === "-") {
      throw new OciasmError("USAGE", "output type=oci,tar=false needs dest=FOLDER", {
        hint: "name a folder with dest=",
      });
    }
    return ociLayout(dest);
  },
};

/**
 * Writes into a layout folder, made if need be. Blobs come first and index.json last, in one step: a reader finds the
 * old image or the new one. Blobs of a replaced image stay, because somebody may be reading them.
 */
export function ociLayout(folder: string): Destination {
  const write: Destination["write"] = (publication, deps) =>
    writeLayout(folder, publication, deps).catch((error: unknown) => {
      throw destinationError(error, folder);
    });
  return { title: `oci:${folder}`, write };
}

async function writeLayout(folder: string, publication: Publication, deps: WriteDeps): Promise<WriteResult> {
  await readLayoutIndex(folder);
  const blobs = join(folder, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  await Promise.all([folder, blobs].map(sweepLeftovers));
  const written = await writeLayers(blobs, layersOf(publication.images), deps);
  for (const document of documentsOf(publication)) await writeDocument(blobs, document);
  await syncFolder(blobs);
  await writeAtomically(join(folder, "oci-layout"), (file) => file.writeFile(OCI_LAYOUT));
  deps.signal.throwIfAborted();
  const { withLock = (_name, work) => work() } = deps;
  await withLock(`layout ${resolve(folder)}`, () => writeIndex(folder, publication), deps.signal);
  return written;
}

/** Reads it anew: another run may have added its image while the layers were copied. */
async function writeIndex(folder: string, publication: Publication): Promise<void> {
  const text = layoutIndexText((await readLayoutIndex(folder)) ?? [], namedEntries(publication));
  await writeAtomically(join(folder, "index.json"), (file) => file.writeFile(text));
}

async function writeLayers(blobs: string, layers: readonly Descriptor[], deps: WriteDeps): Promise<WriteResult> {
  let uploaded = 0;
  let existing = 0;
  await inParallel(layers, COPIES_AT_ONCE, async (layer) => {
    deps.signal.throwIfAborted();
    const path = join(blobs, hexOf(layer.digest));
    const there = await isFile(path, layer.size);
    if (!there) await copyLayer(layer, path, deps);
    deps.report({
      type: "transfer",
      id: layer.digest,
      what: "write",
      state: there ? "reused" : "done",
      bytes: layer.size,
      total: layer.size,
    });
    if (there) existing += layer.size;
    else uploaded += layer.size;
  });
  return { uploaded, mounted: 0, existing };
}

async function copyLayer(layer: Descriptor, path: string, deps: WriteDeps): Promise<void> {
  if (deps.layers.stream !== undefined) {
    return writeAtomically(path, async (file) => {
      for await (const chunk of layerBytes(layer, deps)) await file.writeFile(chunk);
    });
  }
  const source = await deps.layers.local(layer);
  if (await linkAtomically(source, path, layer.size)) return;
  throw new OciasmError(
    "BLOB_CORRUPT",
    `layer ${layer.digest} does not have the ${layer.size} bytes that it should have`,
  );
}

async function isFile(path: string, size: number): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true && stats.size === size;
}

// Documents are small: what is there counts only if its bytes are right.
async function writeDocument(blobs: string, document: Document): Promise<void> {
  const { digest, size } = document.descriptor;
  const path = join(blobs, hexOf(digest));
  if ((await isFile(path, size)) && sha256(await readFile(path)) === digest) return;
  await writeAtomically(path, (file) => file.writeFile(document.bytes));
}

function sha256(bytes: Uint8Array): string {
  return digestOfHex(createHash("sha256").update(bytes).digest("hex"));
}
