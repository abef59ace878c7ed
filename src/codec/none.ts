import type { LayerCodec } from "./codec.ts";
import { checkLevel } from "./level.ts";

/** The tar as it is: for engines on this host, and for tests. */
export const none: LayerCodec = {
  name: "none",
  mediaType: "application/vnd.oci.image.layer.v1.tar",
  defaultLevel: 0,
  fingerprint: (level) => `none/1;level=${checkLevel("none", level, { min: 0, max: 0 })}`,
  open: async (sink, level) => {
    checkLevel("none", level, { min: 0, max: 0 });
    const write = (chunk: Uint8Array): undefined => {
      sink.write(chunk);
    };
    return { write, splice: () => undefined, finish: async () => {} };
  },
};
