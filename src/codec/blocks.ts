/** Cuts a stream of bytes into blocks of one size, so that a codec's output cannot depend on how the stream came. */
export interface BlockBuffer {
  write(chunk: Uint8Array): Promise<void>;
  /** Emits what is left, if anything. */
  flush(): Promise<void>;
}

/** Blocks of `block.length` bytes. `emit` may keep no view of its block: the memory is used again once its promise settles. */
export function createBlocks(block: Uint8Array, emit: (block: Uint8Array) => Promise<void>): BlockBuffer {
  const size = block.length;
  let filled = 0;

  const flush = async (): Promise<void> => {
    if (filled === 0) return;
    const length = filled;
    filled = 0;
    await emit(block.subarray(0, length));
  };

  return {
    flush,
    write: async (chunk) => {
      for (let taken = 0; taken < chunk.length; ) {
        const part = chunk.subarray(taken, taken + size - filled);
        block.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled === size) await flush();
      }
    },
  };
}
