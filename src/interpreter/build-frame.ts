/** One message over a pipe: a JSON value and any number of byte strings. */
export interface Frame {
  readonly head: unknown;
  readonly bodies: readonly Uint8Array[];
}

interface Envelope {
  readonly head: unknown;
  readonly sizes: readonly number[];
}

/** The frame as it goes over the pipe: length of the envelope (4 bytes, little-endian), the envelope, the bodies. */
export function encodeFrame({ head, bodies }: Frame): readonly Uint8Array[] {
  const envelope = Buffer.from(JSON.stringify({ head, sizes: bodies.map((body) => body.length) } satisfies Envelope));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, envelope.length, true);
  return [length, envelope, ...bodies];
}

/** Frames as they come. Throws for one that is larger than `limit` bytes, or broken: the other side is not believed. */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Frame, void, undefined> {
  const pull = puller(chunks);
  for (;;) {
    const prefix = await pull(4);
    if (prefix === undefined) return;
    const size = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true);
    if (size > limit) throw new RangeError(`a message of ${size} bytes`);
    const { head, sizes } = readEnvelope(await pull(size));
    if (sizes.reduce((sum, each) => sum + each, size) > limit) throw new RangeError(`a message above ${limit} bytes`);
    const bodies: Uint8Array[] = [];
    for (const each of sizes) {
      const body = await pull(each);
      if (body === undefined) throw new RangeError("a message that is cut off");
      bodies.push(body);
    }
    yield { head, bodies };
  }
}

function readEnvelope(bytes: Uint8Array | undefined): Envelope {
  if (bytes === undefined) throw new RangeError("a message that is cut off");
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof value !== "object" || value === null || !("head" in value) || !("sizes" in value)) {
    throw new TypeError("a message of another form");
  }
  const sizes: unknown = value.sizes;
  if (!Array.isArray(sizes) || !sizes.every(isSize)) throw new TypeError("a message of another form");
  return { head: value.head, sizes };
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Takes exactly so many bytes; undefined at the end. */
function puller(chunks: AsyncIterable<Uint8Array>): (size: number) => Promise<Uint8Array | undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  let kept: Uint8Array[] = [];
  let length = 0;
  return async (size) => {
    while (length < size) {
      const next = await iterator.next();
      if (next.done === true) return undefined;
      kept.push(next.value);
      length += next.value.length;
    }
    const all = Buffer.concat(kept);
    kept = [all.subarray(size)];
    length -= size;
    return all.subarray(0, size);
  };
}
