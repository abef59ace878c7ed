import type { Transform } from "node:stream";
import type { ByteSink } from "./codec.ts";
import { LIBRARY_VERSION, windowLog, type ZstdBackend, type ZstdFrame } from "./zstd-frame.ts";

/** Node 22.15 and later, as far as @types/node 20 is concerned. */
interface ZlibWithZstd {
  readonly constants: Readonly<Record<string, number>>;
  readonly createZstdCompress?: (options: { readonly params: Readonly<Record<number, number>> }) => ZstdStream;
}

type Done = (error?: Error | null) => void;

interface ZstdStream extends Transform {
  flush(directive: number, done: Done): void;
}

/** The library that Node itself carries, where it is the pinned one. */
export async function nodeBackend(): Promise<ZstdBackend | undefined> {
  if (process.versions["zstd"] !== LIBRARY_VERSION) return undefined;
  const { constants, createZstdCompress }: ZlibWithZstd = await import("node:zlib");
  const { ZSTD_c_compressionLevel: levelKey, ZSTD_c_windowLog: windowKey, ZSTD_e_end: endKey } = constants;
  if (createZstdCompress === undefined) return undefined;
  if (levelKey === undefined || windowKey === undefined || endKey === undefined) return undefined;
  return (sink, level) => {
    // Never with ZSTD_c_nbWorkers: the stream then ends early (https://github.com/nodejs/node/issues/59899).
    const params = { [levelKey]: level, [windowKey]: windowLog(level) };
    const encoder = idle.get(level)?.pop() ?? createEncoder(createZstdCompress({ params }), endKey);
    return beginFrame(sink, encoder, () => idle.set(level, [...(idle.get(level) ?? []), encoder]));
  };
}

/** A stream that never ends, only its frames do. */
interface Encoder {
  /** Give what is ready by then. */
  readonly write: (block: Uint8Array) => Promise<readonly Uint8Array[]>;
  readonly end: () => Promise<readonly Uint8Array[]>;
}

/** Between frames, by level. The collector, which sees small objects, would let a thread have dozens of megabytes of them. */
const idle = new Map<number, Encoder[]>();

function createEncoder(stream: ZstdStream, endKey: number): Encoder {
  const ready: Uint8Array[] = [];
  stream.on("data", (chunk: Uint8Array) => ready.push(chunk));
  // Errors reach the callers through the callbacks; without a listener they would end the process.
  stream.on("error", () => {});
  /** One at a time: with writes in its queue Node adds an empty frame at the end (nodejs/node#66078). */
  const run = async (start: (done: Done) => void): Promise<readonly Uint8Array[]> => {
    await new Promise<void>((resolve, reject) => {
      start((error) => (error === null || error === undefined ? resolve() : reject(error)));
    });
    // Reading hands to the listener what it has not seen yet.
    while (stream.read() !== null);
    return ready.splice(0);
  };
  return {
    write: (block) => run((done) => stream.write(block, done)),
    end: () => run((done) => stream.flush(endKey, done)),
  };
}

function beginFrame(sink: ByteSink, encoder: Encoder, ended: () => void): ZstdFrame {
  let isBegun = false;
  const put = (chunks: readonly Uint8Array[]): void => {
    for (const chunk of chunks) sink.write(chunk);
    isBegun ||= chunks.length > 0;
  };
  return {
    write: async (block) => put(await encoder.write(block)),
    end: async () => {
      const chunks = await encoder.end();
      const isFollowed = (isBegun || chunks.length > 1) && isEmptyFrame(chunks.at(-1));
      put(isFollowed ? chunks.slice(0, -1) : chunks);
      ended();
    },
  };
}

/** What Node adds, as a chunk of its own, to a frame that ends where its buffer does (the exact fill of denoland/deno#36688). */
const EMPTY_FRAME: Buffer = Buffer.from("28b52ffd2000010000", "hex");

function isEmptyFrame(chunk: Uint8Array | undefined): boolean {
  return chunk !== undefined && EMPTY_FRAME.equals(chunk);
}
