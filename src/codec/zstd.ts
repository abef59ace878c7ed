import { OciasmError } from "../errors.ts";
import { createBlocks } from "./blocks.ts";
import type { LayerCodec, LayerWriter } from "./codec.ts";
import { checkLevel } from "./level.ts";
import { LIBRARY_VERSION, windowLog, type ZstdBackend, type ZstdFrame } from "./zstd-frame.ts";
import { nativeBackend } from "./zstd-native.ts";
import { nodeBackend } from "./zstd-node.ts";

const LEVELS = { min: 1, max: 19 };

/** Bytes that go to the library at once: no part of the format, since its output does not depend on them. */
const BLOCK_SIZE = 2 ** 18;

/** One frame from one thread of the pinned libzstd, wherever that library comes from. */
export const zstd: LayerCodec = {
  name: "zstd",
  mediaType: "application/vnd.oci.image.layer.v1.tar+zstd",
  defaultLevel: 3,
  fingerprint: (level) =>
    `zstd/${LIBRARY_VERSION};st;level=${checkLevel("zstd", level, LEVELS)};window=${windowLog(level)}`,
  ready: async () => void (await findBackend()),
  open: async (sink, level) => {
    const begin = await findBackend();
    return createZstdWriter(begin(sink, checkLevel("zstd", level, LEVELS)));
  },
};

/** The native module if it is installed, else Node's own; CONFIG_INVALID when neither carries the pinned library. */
export async function findBackend(): Promise<ZstdBackend> {
  const backend = (await nativeBackend()) ?? (await nodeBackend());
  if (backend !== undefined) return backend;
  throw new OciasmError("CONFIG_INVALID", `zstd compression needs libzstd ${LIBRARY_VERSION}, which is not installed`, {
    hint: "use --compression gzip, run on Node 24, or install again with --allow-scripts=zstd-napi",
  });
}

/** Between layers: a thread would allocate one for each, and the collector sees them as small objects. */
const idle: Uint8Array[] = [];

function createZstdWriter(frame: ZstdFrame): LayerWriter {
  const memory = idle.pop() ?? new Uint8Array(BLOCK_SIZE);
  const blocks = createBlocks(memory);
  return {
    write: (chunk) => writeAll(frame, blocks.fill(chunk)),
    splice: () => undefined,
    finish: async () => {
      const rest = blocks.rest();
      if (rest !== undefined) await frame.write(rest);
      await frame.end();
      idle.push(memory);
    },
  };
}

/** One block after the other; undefined when the frame took them all at once. */
function writeAll(frame: ZstdFrame, blocks: Iterator<Uint8Array>): Promise<void> | undefined {
  for (let next = blocks.next(); next.done !== true; next = blocks.next()) {
    const written = frame.write(next.value);
    if (written !== undefined) return written.then(() => writeAll(frame, blocks));
  }
  return undefined;
}
