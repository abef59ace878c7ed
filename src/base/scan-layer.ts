import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { ImageTree } from "./image-tree.ts";
import { probeFor } from "./probes.ts";
import { readLayer } from "./read-layer.ts";

/** Lays a layer over the tree, and reads what the probes want to see of it. Gives the bytes of the tar. */
export function scanLayer(
  layer: Descriptor,
  diffId: Digest,
  blob: AsyncIterable<Uint8Array>,
  tree: ImageTree,
): Promise<number> {
  tree.nextLayer();
  return readLayer(layer, diffId, blob, async (member) => {
    tree.apply(member.entry, await probeFor(member.entry)?.read(member.content()));
  });
}
