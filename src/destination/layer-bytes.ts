import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { checkedStream } from "../store/checked-stream.ts";
import { fileStream } from "../store/file-stream.ts";
import type { WriteDeps } from "./destination.ts";

/**
 * The layer's bytes from wherever they are, as often as asked. Behind the last chunk it throws BLOB_CORRUPT for a file
 * of this host that is not what its digest says, HASH_MISMATCH for what comes from elsewhere.
 */
export async function* layerBytes(layer: Descriptor, deps: WriteDeps): AsyncGenerator<Uint8Array, void, undefined> {
  const remote = deps.layers.stream?.(layer);
  const checked =
    remote === undefined
      ? checkedStream(fileStream(await deps.layers.local(layer)), layer, "on this host", "BLOB_CORRUPT")
      : checkedStream(remote, layer, "of the source");
  for await (const chunk of checked) {
    if (deps.signal.aborted) throw new OciasmError("INTERRUPTED", "interrupted", { cause: deps.signal.reason });
    yield chunk;
  }
}
