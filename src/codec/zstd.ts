import { once } from "node:events";
import type { Transform } from "node:stream";
import { OciasmError } from "../errors.ts";
import { createBlocks } from "./blocks.ts";
import type { ByteSink, LayerCodec, LayerWriter } from "./codec.ts";
import { checkLevel } from "./level.ts";

/** Another version writes other bytes: https://github.com/facebook/zstd/issues/2949 */
const LIBRARY_VERSION = "1.5.7";

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
    const createStream = await findBackend();
    return createZstdWriter(sink, createStream(checkLevel("zstd", level, LEVELS)));
  },
};

/** At most 8 MiB, which every decoder must be able to hold (RFC 8878, 3.1.1.1.2). */
function windowLog(level: number): number {
  if (level <= 8) return 21;
  return level <= 16 ? 22 : 23;
}

/** Makes a stream that compresses at one level, without threads of its own. */
export type ZstdBackend = (level: number) => Transform;

/** The native module if it is installed, else Node's own; CONFIG_INVALID when neither carries the pinned library. */
export async function findBackend(): Promise<ZstdBackend> {
  const backend = (await nativeBackend()) ?? (await nodeBackend());
  if (backend !== undefined) return backend;
  throw new OciasmError("CONFIG_INVALID", `zstd compression needs libzstd ${LIBRARY_VERSION}, which is not installed`, {
    hint: "use --compression gzip, run on Node 24, or install again with --allow-scripts=zstd-napi",
  });
}

/** npm installs the package without its binary when install scripts are not allowed. */
export async function nativeBackend(): Promise<ZstdBackend | undefined> {
  try {
    const [{ CompressStream }, binding] = await Promise.all([import("zstd-napi"), import("zstd-napi/binding.js")]);
    if (binding.default.versionString() !== LIBRARY_VERSION) return undefined;
    return (level) => new CompressStream({ compressionLevel: level, windowLog: windowLog(level) });
  } catch {
    return undefined;
  }
}

/** A stream that undoes zstd, for base layers; undefined where the native module is not installed. */
export async function nativeDecompress(): Promise<Transform | undefined> {
  try {
    const { DecompressStream } = await import("zstd-napi");
    return new DecompressStream();
  } catch {
    return undefined;
  }
}

/** Node 22.15 and later, as far as @types/node 20 is concerned. */
interface ZlibWithZstd {
  readonly constants: Readonly<Record<string, number>>;
  readonly createZstdCompress?: (options: { readonly params: Readonly<Record<number, number>> }) => Transform;
}

export async function nodeBackend(): Promise<ZstdBackend | undefined> {
  if (process.versions["zstd"] !== LIBRARY_VERSION) return undefined;
  const { constants, createZstdCompress }: ZlibWithZstd = await import("node:zlib");
  const { ZSTD_c_compressionLevel: levelKey, ZSTD_c_windowLog: windowKey } = constants;
  if (createZstdCompress === undefined || levelKey === undefined || windowKey === undefined) return undefined;
  // Never with ZSTD_c_nbWorkers: the stream then ends early (https://github.com/nodejs/node/issues/59899).
  return (level) => createZstdCompress({ params: { [levelKey]: level, [windowKey]: windowLog(level) } });
}

function createZstdWriter(sink: ByteSink, stream: Transform): LayerWriter {
  const ready: Uint8Array[] = [];
  stream.on("data", (chunk: Uint8Array) => ready.push(chunk));
  // Errors reach the callers through write callbacks and `once`; without a listener they would end the process.
  stream.on("error", () => {});

  const blocks = createBlocks(new Uint8Array(BLOCK_SIZE));

  const compress = async (block: Uint8Array): Promise<void> => {
    await feed(stream, block);
    drain();
  };
  const drain = (): void => {
    for (const chunk of ready.splice(0)) sink.write(chunk);
  };

  return {
    write: async (chunk) => {
      for (const block of blocks.fill(chunk)) await compress(block);
    },
    splice: () => undefined,
    finish: async () => {
      const rest = blocks.rest();
      if (rest !== undefined) await compress(rest);
      const ended = once(stream, "end");
      stream.end();
      await ended;
      drain();
    },
  };
}

/** One write at a time: with writes in its queue Node adds an empty frame at the end (nodejs/node#66078). */
async function feed(stream: Transform, block: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(block, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}
