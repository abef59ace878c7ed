/** Cuts a stream of bytes into blocks of one size, so that a codec's output cannot depend on how the stream came. */
export interface BlockBuffer {
  /** Takes bytes; yields each block that they fill. A block is valid until the next is asked for. */
  fill(chunk: Uint8Array): Generator<Uint8Array, void, undefined>;
  /** What is left, if anything; valid until more bytes come. */
  rest(): Uint8Array | undefined;
}

/** Blocks of `block.length` bytes, all in that memory. */
export function createBlocks(block: Uint8Array): BlockBuffer {
  const size = block.length;
  let filled = 0;
  return {
    fill: function* (chunk) {
      for (let taken = 0; taken < chunk.length; ) {
        const part = chunk.subarray(taken, taken + size - filled);
        block.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled < size) return;
        filled = 0;
        yield block;
      }
    },
    rest: () => {
      const length = filled;
      filled = 0;
      return length === 0 ? undefined : block.subarray(0, length);
    },
  };
}
