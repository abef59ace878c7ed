import { chmod, mkdir, rename, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { BuildDeps } from "../deps.ts";
import type { LayerMetadata } from "./layer-metadata.ts";
import type { LayerOutputs } from "./layer-params.ts";

/** Brings a layer from the store of this run to where the parameters say. */
export async function writeOutputs(
  outputs: LayerOutputs,
  metadata: LayerMetadata,
  { store }: Pick<BuildDeps, "store">,
): Promise<void> {
  for (const path of Object.values(outputs)) await mkdir(dirname(path), { recursive: true });
  await moveOut(store.path(metadata.digest), outputs.layer);
  await moveOut(store.path(metadata.listing), outputs.listing);
  await writeFile(outputs.metadata, `${JSON.stringify(metadata, undefined, 2)}\n`);
}

/** From the store of this run, which seals its blobs, to whom it belongs; `make` goes by the time of the file. */
async function moveOut(blob: string, path: string): Promise<void> {
  await chmod(blob, 0o644);
  const now = new Date();
  await utimes(blob, now, now);
  await rename(blob, path);
}
