/** Takes a stream of chunks apart by lengths. One caller at a time. */
export interface BytePuller {
  /** Bytes taken or skipped so far. */
  readonly position: number;
  /** Exactly `length` bytes, or the rest when the stream ends earlier. */
  take(length: number): Promise<Uint8Array>;
  /** Between 1 and `most` bytes without copying, or none at the end. */
  some(most: number): Promise<Uint8Array>;
  /** Passes over `length` bytes; returns how many there were. */
  skip(length: number): Promise<number>;
  /** Lets go of the stream. */
  close(): Promise<void>;
}

export function bytePuller(chunks: AsyncIterable<Uint8Array>): BytePuller {
  const iterator = chunks[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let position = 0;
  let ended = false;

  async function some(most: number): Promise<Uint8Array> {
    while (chunk.length === 0 && !ended) {
      const next = await iterator.next();
      if (next.done === true) ended = true;
      else chunk = next.value;
    }
    const part = chunk.subarray(0, most);
    chunk = chunk.subarray(part.length);
    position += part.length;
    return part;
  }

  async function take(length: number): Promise<Uint8Array> {
    const first = await some(length);
    if (first.length === length || first.length === 0) return first;
    const all = new Uint8Array(length);
    all.set(first);
    let filled = first.length;
    while (filled < length) {
      const part = await some(length - filled);
      if (part.length === 0) return all.subarray(0, filled);
      all.set(part, filled);
      filled += part.length;
    }
    return all;
  }

  async function skip(length: number): Promise<number> {
    let skipped = 0;
    while (skipped < length) {
      const part = await some(length - skipped);
      if (part.length === 0) break;
      skipped += part.length;
    }
    return skipped;
  }

  return {
    get position() {
      return position;
    },
    take,
    some,
    skip,
    close: async () => {
      await iterator.return?.();
    },
  };
}
