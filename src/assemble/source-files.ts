import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "../archive/bytes.ts";
import { OciasmError } from "../errors.ts";

/** A layer may take hundreds of wheels, and a process as few as 256 open files. */
const MAX_OPEN = 16;

/**
 * Random access to one file. Reads block the thread: they come from the page cache nearly always, and cost a tenth of
 * an asynchronous read then.
 */
export interface SourceFile extends ByteSource {
  readonly path: string;
  /** Fills `target` from `offset`; throws IO_ERROR when the file is shorter. */
  readInto(target: Uint8Array, offset: number): void;
}

/** The files that a layer is made from: opened when read, few at a time. */
export interface SourceFiles {
  file(path: string): SourceFile;
  close(): void;
}

export function createSourceFiles(): SourceFiles {
  // Insertion order is age: a file that is used moves to the end.
  const open = new Map<string, number>();

  const handleOf = (path: string): number => {
    const handle = open.get(path) ?? openSync(path, "r");
    open.delete(path);
    open.set(path, handle);
    for (const [oldest, oldHandle] of open) {
      if (open.size <= MAX_OPEN) break;
      open.delete(oldest);
      closeSync(oldHandle);
    }
    return handle;
  };

  return {
    file: (path) => createSourceFile(path, fstatSync(handleOf(path)).size, () => handleOf(path)),
    close: () => {
      for (const handle of open.values()) closeSync(handle);
      open.clear();
    },
  };
}

function createSourceFile(path: string, size: number, handle: () => number): SourceFile {
  const readInto = (target: Uint8Array, offset: number): void => {
    for (let done = 0; done < target.length; ) {
      const count = readSync(handle(), target, done, target.length - done, offset + done);
      if (count === 0) throw new OciasmError("IO_ERROR", `${path} ends before byte ${offset + target.length}`);
      done += count;
    }
  };
  return {
    path,
    size,
    readInto,
    read: async (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new RangeError(`read of ${length} bytes at ${offset} passes the end at ${size}`);
      }
      const bytes = new Uint8Array(length);
      readInto(bytes, offset);
      return bytes;
    },
  };
}
