import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openDestination } from "../../src/destination/destinations.ts";
import { silent } from "../../src/events.ts";
import { type BuiltImage, layersIn, publicationOf } from "./image.ts";

/** Puts an image into `folder` as an OCI layout that `--base` takes, and says how to name it there. */
export async function writeBaseImage(folder: string, image: BuiltImage): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const { signal } = new AbortController();
  const deps = { layers: layersIn(join(folder, "blobs-of-test"), [image]), report: silent, signal, environment: {} };
  const layout = join(folder, "layout");
  await openDestination(`type=oci,tar=false,dest=${layout}`).write(publicationOf([image], ["base:1"]), deps);
  return `oci:${layout}:1`;
}
