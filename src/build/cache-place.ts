import type { ImageSource } from "../base/image-source.ts";
import { isOciasmError, toOciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { Digest } from "../oci/digest.ts";
import { type CacheRequest, isLocal } from "./cache-requests.ts";
import type { BuildDeps } from "./deps.ts";
import { openImageArgument } from "./image-argument.ts";
import type { Find } from "./known-layers.ts";
import { type PreviousImage, readPrevious } from "./previous-image.ts";

/** What an earlier build left at one place; nothing where there is nothing, or where it can't be read. */
export interface CachePlace {
  readonly images: readonly PreviousImage[];
  /** By layer key. */
  readonly finds: ReadonlyMap<Digest, readonly Find[]>;
  close(): Promise<void>;
}

/** Reading what is there may take this long in all; a build can do without. */
const READ_SECONDS = 30;

const NOTHING: CachePlace = { images: [], finds: new Map(), close: async () => {} };

/** Reads a place until `over` fires. Whatever goes wrong is a warning, but for an interrupt of the run. */
export async function openPlace(request: CacheRequest, over: AbortSignal, deps: BuildDeps): Promise<CachePlace> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), READ_SECONDS * 1000);
  let source: ImageSource | undefined;
  try {
    source = await openSource(request, deps);
    const end = AbortSignal.any([over, late.signal, deps.signal]);
    const images = await unlessAborted(readPrevious(source), end);
    return { images, finds: findsOf(source, images), close: source.close };
  } catch (error) {
    await source?.close();
    deps.signal.throwIfAborted();
    const isNew = request.isDestination && isOciasmError(error) && error.code === "IMAGE_NOT_FOUND";
    const why = late.signal.aborted ? `no answer within ${READ_SECONDS} s` : toOciasmError(error).message;
    if (!isNew && !over.aborted)
      deps.report({ type: "warning", message: `no layers are taken over from ${request.text}: ${why}` });
    return NOTHING;
  } finally {
    clearTimeout(timer);
  }
}

/** Its layers come into the store under the word "cache". */
async function openSource({ text }: CacheRequest, deps: BuildDeps): Promise<ImageSource> {
  const report = asCache(deps.report);
  const source = await openImageArgument(isLocal(text) ? text : `docker://${text}`, { ...deps, report });
  return {
    ...source,
    title: text,
    fetchLayer: (layer, _report, signal) => source.fetchLayer(layer, report, signal),
  };
}

/** What a source of images calls bytes of a base are bytes of a cache here. */
function asCache(report: Report): Report {
  return (event) => report(event.type === "transfer" && event.what === "base" ? { ...event, what: "cache" } : event);
}

/** Others share the connection, so what is under way is left to end with the run. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(toOciasmError(signal.reason));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

function findsOf(source: ImageSource, images: readonly PreviousImage[]): CachePlace["finds"] {
  const finds = new Map<Digest, Find[]>();
  for (const { digest: image, layers } of images) {
    for (const layer of layers) {
      const list = finds.get(layer.key) ?? [];
      list.push({ layer, image, source });
      finds.set(layer.key, list);
    }
  }
  return finds;
}
