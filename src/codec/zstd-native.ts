import type { Transform } from "node:stream";
import type { CompressionContext } from "zstd-napi/binding.js";
import type { ByteSink } from "./codec.ts";
import { LIBRARY_VERSION, windowLog, type ZstdBackend, type ZstdFrame } from "./zstd-frame.ts";

/** npm installs the package without its binary when install scripts are not allowed. */
export async function nativeBackend(): Promise<ZstdBackend | undefined> {
  try {
    const { default: binding } = await import("zstd-napi/binding.js");
    if (binding.versionString() !== LIBRARY_VERSION) return undefined;
    return (sink, level) => beginFrame(binding, sink, level);
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

type Binding = typeof import("zstd-napi/binding.js")["default"];

/** What one frame needs at a time. */
interface Workspace {
  readonly context: CompressionContext;
  readonly output: Uint8Array;
}

/**
 * Between frames, whatever their levels. The package's own stream takes new memory for every 128 KiB that it writes and a
 * context of 3 MB (level 3) to 80 MB (level 19) for every frame, and the collector, which sees small objects, lets a
 * thread have dozens of megabytes of them. A context that is used again writes the same bytes: what is left in its tables
 * is out of reach by its position.
 */
const idle: Workspace[] = [];

function beginFrame(binding: Binding, sink: ByteSink, level: number): ZstdFrame {
  const { CParameter, EndDirective } = binding;
  const workspace = idle.pop() ?? {
    context: new binding.CCtx(),
    output: new Uint8Array(binding.cStreamOutSize()),
  };
  const { context, output } = workspace;
  context.setParameter(CParameter.compressionLevel, level);
  context.setParameter(CParameter.windowLog, windowLog(level));

  /** Returns the bytes that the library still holds back. */
  const run = (input: Uint8Array, directive: number): { readonly taken: number; readonly left: number } => {
    const [left, written, taken] = context.compressStream2(output, input, directive);
    if (written > 0) sink.write(output.subarray(0, written));
    return { taken, left };
  };

  return {
    write: (block) => {
      for (let at = 0; at < block.length; ) at += run(block.subarray(at), EndDirective.continue).taken;
      return undefined;
    },
    end: () => {
      while (run(NOTHING, EndDirective.end).left > 0);
      idle.push(workspace);
      return undefined;
    },
  };
}

const NOTHING = new Uint8Array(0);
