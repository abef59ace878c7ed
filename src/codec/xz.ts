import { OciasmError } from "../errors.ts";

/**
 * Unpacks one .xz stream (tukaani's file format 1.2) piece by piece; rejects with ARCHIVE_INVALID for damage, and for a
 * stream that yields more than `limit` bytes.
 */
export async function* unxz(source: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  const XzReadableStream = await loadDecoder();
  const reader = new XzReadableStream(asWebStream(source)).getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(damaged);
      if (done || value === undefined) return;
      size += value.length;
      if (size > limit) throw new OciasmError("ARCHIVE_INVALID", `xz stream holds more than ${limit} bytes`);
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

type Decoder = typeof import("xz-decompress")["XzReadableStream"];

/** A CommonJS bundle: Node puts its exports under `default`, bundlers beside it. */
async function loadDecoder(): Promise<Decoder> {
  const loaded: { readonly XzReadableStream?: Decoder; readonly default?: { readonly XzReadableStream: Decoder } } =
    await import("xz-decompress");
  const decoder = loaded.XzReadableStream ?? loaded.default?.XzReadableStream;
  if (decoder === undefined) throw new OciasmError("BUG", "xz-decompress has no XzReadableStream");
  return decoder;
}

function damaged(error: unknown): never {
  throw new OciasmError("ARCHIVE_INVALID", "xz stream is damaged", { cause: error });
}

function asWebStream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      // The decoder reads through the buffer's end: a view must not drag its neighbours along.
      else controller.enqueue(new Uint8Array(value));
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
}
