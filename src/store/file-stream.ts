import { open } from "node:fs/promises";

/** Where bytes lie on this host: a file, or a member of an archive. */
export interface FilePart {
  readonly path: string;
  readonly start: number;
  /** Behind the last byte; undefined: the file's own end. */
  readonly end?: number;
}

/** Large enough to cost little per byte, small enough that a dozen of them are no memory. */
const PIECE = 1024 * 1024;

/** The bytes of a file of this host, opened when the first are asked for. */
export function fileStream(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  return partStream({ path, start: 0 });
}

/** The same for a part. */
export function partStream(part: FilePart): AsyncGenerator<Uint8Array, void, undefined> {
  return pieces(part, () => Buffer.allocUnsafeSlow(PIECE));
}

/**
 * The same with a piece's memory used again for the second one after it, for whoever is done with it by then: fresh
 * memory for gigabytes keeps the garbage collector busier than anything else in an upload.
 */
export function fleetingStream(part: FilePart): AsyncGenerator<Uint8Array, void, undefined> {
  const buffers = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)] as const;
  let turn = 0;
  return pieces(part, () => buffers[turn++ % 2 === 0 ? 0 : 1]);
}

async function* pieces(
  { path, start, end = Number.POSITIVE_INFINITY }: FilePart,
  memory: () => Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, "r");
  try {
    for (let at = start; at < end; ) {
      const { buffer, bytesRead } = await file.read(memory(), 0, Math.min(PIECE, end - at), at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}
