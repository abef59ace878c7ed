import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ociArchive } from "../../destination/archive.ts";
import type { Destination } from "../../destination/destination.ts";
import { ociLayout } from "../../destination/oci-layout.ts";
import { OciasmError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { BuildDeps } from "../deps.ts";
import type { AssembleParams, ImageOutputs } from "./assemble-params.ts";
import { makeImage } from "./make-image.ts";
import { makeIndex } from "./make-index.ts";

/** Makes the image or index of the parameters and writes it where they say; gives its digest. */
export async function writeImage(params: AssembleParams, deps: BuildDeps): Promise<Digest> {
  const destinations = destinationsOf(params.outputs);
  const made = params.images === undefined ? await makeImage(params, deps) : await makeIndex(params, deps);
  try {
    const { publication, blobs } = made;
    const top = publication.index ?? publication.images[0]?.manifest;
    if (top === undefined) throw new Error("nothing was made");
    const { layout, digest } = params.outputs;
    if (layout !== undefined) await clear(layout);
    const { report, signal, environment } = deps;
    for (const destination of destinations) {
      await destination.write(publication, { layers: blobs, report, signal, environment });
    }
    if (digest !== undefined) await write(digest, `${top.descriptor.digest}\n`);
    return top.descriptor.digest;
  } finally {
    await made.close();
  }
}

function destinationsOf({ layout, archive }: ImageOutputs): readonly Destination[] {
  const destinations = [
    ...(layout === undefined ? [] : [ociLayout(layout)]),
    ...(archive === undefined ? [] : [ociArchive(archive)]),
  ];
  if (destinations.length > 0) return destinations;
  throw new OciasmError("CONFIG_INVALID", "outputs names no place for the image", {
    hint: "name a folder with layout, or a file with archive",
  });
}

/** What an earlier run left: an output depends on nothing but the parameters. */
async function clear(folder: string): Promise<void> {
  for (const name of ["index.json", "oci-layout", "blobs"]) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
