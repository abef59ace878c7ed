import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { constants, createInflateRaw } from "node:zlib";

/** The bytes of one file of a wheel. */
export interface Piece {
  readonly path: string;
  readonly dataOffset: number;
  readonly compressedSize: number;
  /** Bytes that it inflates to. */
  readonly plain: number;
  readonly method: number;
}

/** Of node's zlib, without the stream around it: no copies, no buffers made anew. */
interface Engine {
  readonly _handle: {
    writeSync(
      flush: number,
      from: Uint8Array,
      at: number,
      length: number,
      to: Uint8Array,
      into: number,
      room: number,
    ): void;
    reset(): void;
  };
  readonly _writeState: Uint32Array;
}

const CHUNK = 2 ** 18;

/** Reads and inflates all pieces, hashes what is read and what comes of it, and writes what was read. */
export function processPieces(pieces: readonly Piece[], out: string): void {
  const engine = createInflateRaw() as unknown as Engine;
  const [raw, plain] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
  const [blob, diff] = [createHash("sha256"), createHash("sha256")];
  const target = openSync(out, "w");
  const handles = new Map<string, number>();
  for (const piece of pieces) {
    const source = handles.get(piece.path) ?? openSync(piece.path, "r");
    handles.set(piece.path, source);
    engine._handle.reset();
    let left = piece.plain;
    for (let done = 0; done < piece.compressedSize; ) {
      const count = readSync(source, raw, 0, Math.min(CHUNK, piece.compressedSize - done), piece.dataOffset + done);
      done += count;
      const chunk = raw.subarray(0, count);
      blob.update(chunk);
      writeSync(target, chunk);
      if (piece.method === 0) diff.update(chunk);
      left -= piece.method === 0 ? count : inflate(engine, chunk, plain, (bytes) => diff.update(bytes));
    }
    if (left !== 0) throw new Error(`${piece.path}: ${left} bytes are missing`);
  }
  console.log(blob.digest("hex"), diff.digest("hex"));
  for (const handle of [target, ...handles.values()]) closeSync(handle);
}

function inflate(engine: Engine, chunk: Uint8Array, plain: Buffer, take: (bytes: Uint8Array) => void): number {
  let [at, made] = [0, 0];
  for (;;) {
    const left = chunk.length - at;
    engine._handle.writeSync(constants.Z_NO_FLUSH, chunk, at, left, plain, 0, plain.length);
    const [room = 0, unread = 0] = engine._writeState;
    const count = plain.length - room;
    take(plain.subarray(0, count));
    made += count;
    at = chunk.length - unread;
    if (room > 0) return made;
  }
}
