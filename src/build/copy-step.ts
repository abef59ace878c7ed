import type { ImageSource } from "../base/image-source.ts";
import type { LayerBlobs, Publication, WriteDeps, WriteResult } from "../destination/destination.ts";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { isIndexType } from "../oci/media-types.ts";
import type { Platform } from "../oci/platform.ts";
import { type FilePart, partStream } from "../store/file-stream.ts";
import type { CopyTarget } from "./copy-target.ts";
import type { BuildDeps } from "./deps.ts";
import { type ImageTree, readTree } from "./read-tree.ts";

export type CopyDeps = Pick<
  BuildDeps,
  "store" | "http" | "registries" | "report" | "signal" | "environment" | "random"
>;

/** Documents to write, and the places that have their layers. */
export interface CopyContent {
  readonly tree: ImageTree;
  readonly sources: readonly ImageSource[];
}

export interface Copied {
  readonly tree: ImageTree;
  readonly written: WriteResult;
}

/**
 * Brings an image or a whole index from a source to its targets, byte for byte: documents are never written anew, and
 * only blobs that a target lacks move. `platform` picks one image of an index.
 */
export async function copyStep(
  source: ImageSource,
  targets: readonly CopyTarget[],
  platform: Platform | undefined,
  deps: CopyDeps,
): Promise<Copied> {
  const wanted = platform ?? (await platformOfTargets(targets, deps));
  const tree = await readTree(source, wanted);
  return { tree, written: await writeTree({ tree, sources: [source] }, targets, deps) };
}

/** An engine takes the image of its own platform, and all targets get the same image. */
async function platformOfTargets(targets: readonly CopyTarget[], deps: CopyDeps): Promise<Platform | undefined> {
  for (const { destination } of targets) {
    const platform = await destination.platform?.(deps);
    if (platform !== undefined) return platform;
  }
  return undefined;
}

/** Writes documents and layers to every target, one after the other. */
export async function writeTree(
  content: CopyContent,
  targets: readonly CopyTarget[],
  deps: CopyDeps,
): Promise<WriteResult> {
  for (const { digest } of content.tree.foreign) {
    deps.report({ type: "warning", message: `layer ${digest} is its publisher's alone and is not copied` });
  }
  const written = { uploaded: 0, mounted: 0, existing: 0 };
  for (const { destination, names } of targets) {
    deps.signal.throwIfAborted();
    deps.report({ type: "phase", phase: "publish", detail: destination.title });
    const publication: Publication = { ...documentsOf(content.tree), ...names };
    const part = await destination.write(publication, writeDeps(content.sources, deps));
    written.uploaded += part.uploaded;
    written.mounted += part.mounted;
    written.existing += part.existing;
  }
  return written;
}

function documentsOf({ top, images, indexes }: ImageTree): Pick<Publication, "images" | "index" | "indexes"> {
  return isIndexType(top.descriptor.mediaType) ? { images, index: top, indexes } : { images };
}

function writeDeps(sources: readonly ImageSource[], deps: CopyDeps): WriteDeps {
  const { store, report, signal, environment, http, registries, random } = deps;
  const layers = layersOf(sources, deps);
  const common = { report, signal, environment, http, registries, withLock: store.withLock };
  return { layers, ...common, ...(random === undefined ? {} : { random }) };
}

/** The layers of several sources together. */
export function layersOf(
  sources: readonly ImageSource[],
  { store, report, signal }: Pick<CopyDeps, "store" | "report" | "signal">,
): LayerBlobs {
  const origins = sources.flatMap(({ origin }) => (origin === undefined ? [] : [origin]));
  return {
    origins: () => origins,
    stream: (layer, start = 0) => streamOf(layer, start, sources, store),
    place: (layer) => placeOf(layer, sources, store),
    local: async (layer) => {
      await firstOf(sources, layer, (source) => source.fetchLayer(layer, report, signal));
      return store.path(layer.digest);
    },
  };
}

/** From this host where it has the blob, else from the first source that gives it. */
async function* streamOf(
  layer: Descriptor,
  start: number,
  sources: readonly ImageSource[],
  store: CopyDeps["store"],
): AsyncGenerator<Uint8Array, void, undefined> {
  const stored = await storedPlace(layer, store);
  yield* stored === undefined
    ? await firstOf(sources, layer, (source) => firstChunk(source, layer, start))
    : partStream({ ...stored, start });
}

async function placeOf(
  layer: Descriptor,
  sources: readonly ImageSource[],
  store: CopyDeps["store"],
): Promise<FilePart | undefined> {
  const stored = await storedPlace(layer, store);
  // Who can't say where it is may have it none the less.
  if (stored !== undefined || sources.some((source) => source.place === undefined)) return stored;
  return firstOf(sources, layer, async (source) => source.place?.(layer));
}

async function storedPlace({ digest, size }: Descriptor, store: CopyDeps["store"]): Promise<FilePart | undefined> {
  return (await store.has(digest)) === size ? { path: store.path(digest), start: 0 } : undefined;
}

/** An image made of several sources: only asking tells which of them has a layer. */
async function firstOf<T>(
  sources: readonly ImageSource[],
  layer: Descriptor,
  ask: (source: ImageSource, layer: Descriptor) => Promise<T>,
): Promise<T> {
  let failure: unknown = new OciasmError("IMAGE_NOT_FOUND", `${layer.digest} is nowhere to be had`);
  for (const source of sources) {
    try {
      return await ask(source, layer);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** The stream once its first chunk is there, so that a source that lacks the blob has said so. */
async function firstChunk(source: ImageSource, layer: Descriptor, start: number): Promise<AsyncIterable<Uint8Array>> {
  const chunks = (await source.stream(layer, start))[Symbol.asyncIterator]();
  const first = await chunks.next();
  return (async function* rest() {
    try {
      if (first.done !== true) yield first.value;
      yield* { [Symbol.asyncIterator]: () => chunks };
    } finally {
      await chunks.return?.();
    }
  })();
}
