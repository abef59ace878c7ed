import { archiveSource } from "../base/archive.ts";
import type { ImageSource } from "../base/image-source.ts";
import { parseImageSpec } from "../base/image-spec.ts";
import { layoutSource } from "../base/layout-source.ts";
import { folderFiles } from "../base/oci-layout.ts";
import { registrySource } from "../base/registry.ts";
import type { Report } from "../events.ts";
import { parseTagged } from "../oci/reference.ts";
import { type CacheRequest, isLocal } from "./cache-requests.ts";
import type { BuildDeps } from "./deps.ts";

/** Opens the place; nothing is read yet. Its layers come into the store under the word "cache". */
export async function openCacheSource({ text }: CacheRequest, deps: BuildDeps): Promise<ImageSource> {
  const { store, http, signal, environment, now } = deps;
  const report = asCache(deps.report);
  const baseDeps = { blobs: store, index: store, http, report, signal, environment, now };
  const source = isLocal(text) ? await localSource(text, baseDeps) : registrySource(text, parseTagged(text), baseDeps);
  return { ...source, fetchLayer: (layer) => source.fetchLayer(layer, report, signal) };
}

async function localSource(text: string, deps: Parameters<typeof archiveSource>[2]): Promise<ImageSource> {
  if (text.startsWith("archive:")) return archiveSource(text, parseImageSpec(text, "archive"), deps);
  const spec = parseImageSpec(text, "oci");
  return layoutSource(text, spec, folderFiles(spec.path), deps.blobs);
}

/** What a source of images calls bytes of a base are bytes of a cache here. */
function asCache(report: Report): Report {
  return (event) => report(event.type === "transfer" && event.what === "base" ? { ...event, what: "cache" } : event);
}
