import type { Descriptor } from "../oci/descriptor.ts";
import type { BlobUpload } from "../registry/upload.ts";
import { fleetingStream } from "../store/file-stream.ts";
import type { WriteDeps } from "./destination.ts";
import { layerBytes } from "./layer-bytes.ts";

/** A layer as a push wants it, wherever its bytes are; their way is reported. */
export function layerUpload(layer: Descriptor, mountFrom: readonly string[], deps: WriteDeps): BlobUpload {
  const event = { type: "transfer", id: layer.digest, what: "upload", total: layer.size } as const;
  let path: string | undefined;
  const openAt = async function* (start: number): AsyncGenerator<Uint8Array, void, undefined> {
    const chunks = await bytesFrom(layer, start, path, deps);
    deps.report({ ...event, state: "start", bytes: start });
    let bytes = start;
    for await (const chunk of chunks) {
      yield chunk;
      bytes += chunk.length;
      deps.report({ ...event, state: "progress", bytes });
    }
  };
  return {
    blob: layer,
    ready: async () => {
      if (deps.layers.stream === undefined) path = await deps.layers.local(layer);
    },
    open: () => openAt(0),
    openAt,
    mountFrom,
  };
}

/** A registry takes nothing that is not what its digest says; what comes from afar is judged on its way as well. */
async function bytesFrom(
  layer: Descriptor,
  start: number,
  path: string | undefined,
  deps: WriteDeps,
): Promise<AsyncIterable<Uint8Array>> {
  const { layers } = deps;
  const place =
    layers.stream === undefined ? { path: path ?? (await layers.local(layer)), start: 0 } : await layers.place?.(layer);
  if (place !== undefined) return fleetingStream({ ...place, start: place.start + start });
  return (start === 0 ? undefined : layers.stream?.(layer, start)) ?? layerBytes(layer, deps);
}
