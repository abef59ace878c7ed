import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";

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
export async function* partStream({
  path,
  start,
  end = Number.POSITIVE_INFINITY,
}: FilePart): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, "r");
  try {
    for (let at = start; at < end; ) {
      const memory = Buffer.allocUnsafeSlow(PIECE);
      const { buffer, bytesRead } = await file.read(memory, 0, Math.min(PIECE, end - at), at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/**
 * The same with a piece's memory used again for the second one after it, for whoever is done with it by then: fresh
 * memory for gigabytes keeps the garbage collector busier than anything else in an upload. Reads block the thread:
 * they come from the page cache nearly always, and to wait for another thread costs more than they do then.
 */
export async function* fleetingStream({
  path,
  start,
  end = Number.POSITIVE_INFINITY,
}: FilePart): AsyncGenerator<Uint8Array, void, undefined> {
  const file = openSync(path, "r");
  try {
    let [piece, other] = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)];
    for (let at = start; at < end; ) {
      const bytesRead = readSync(file, piece, 0, Math.min(PIECE, end - at), at);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
      [piece, other] = [other, piece];
      at += bytesRead;
      // Nothing here waits, and others want to work as well.
      await setImmediate();
    }
  } finally {
    closeSync(file);
  }
}
