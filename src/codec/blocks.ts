/** Cuts a stream of bytes into blocks of one size, so that a codec's output cannot depend on how the stream came. */
export interface BlockBuffer {
  write(chunk: Uint8Array): Promise<void>;
  /** Emits what is left, if anything. */
  flush(): Promise<void>;
}

/** `emit` may keep neither its block nor a view of it: the memory is used again once its promise settles. */
export function createBlocks(size: number, emit: (block: Uint8Array) => Promise<void>): BlockBuffer {
  const block = new Uint8Array(size);
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
