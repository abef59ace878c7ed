import { createHash, type Hash } from "node:crypto";
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes that stay as they are: in memory, or in a file when they are many. */
export interface Content {
  readonly size: number;
  /** "sha256:…" or "sha512:…". */
  digest(algorithm: string): Promise<string>;
  /** Bytes `from` to `end`, which is not included. */
  read(from?: number, end?: number): AsyncIterable<Uint8Array>;
  bytes(): Buffer;
}

/** Content that is still coming. */
export interface Growing {
  readonly size: number;
  append(chunk: Uint8Array): void;
  seal(): Content;
}

/** Where the content of one registry lies. */
export interface Shelf {
  grow(): Growing;
  hold(bytes: Uint8Array): Content;
  /** Removes its files. */
  close(): void;
}

const DEFAULT_MEMORY_BYTES = 4 * 1024 * 1024;

/** Content larger than `memoryBytes` goes to a temporary folder, so that gigabytes fit into little memory. */
export function createShelf(memoryBytes: number = DEFAULT_MEMORY_BYTES): Shelf {
  let folder: string | undefined;
  let count = 0;
  const open = (): { readonly path: string; readonly file: number } => {
    folder ??= mkdtempSync(join(tmpdir(), "fake-registry-"));
    count++;
    const path = join(folder, String(count));
    return { path, file: openSync(path, "wx") };
  };
  const grow = (): Growing => createGrowing(memoryBytes, open);
  return {
    grow,
    hold: (bytes) => {
      const growing = grow();
      growing.append(bytes);
      return growing.seal();
    },
    close: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createGrowing(memoryBytes: number, open: () => { readonly path: string; readonly file: number }): Growing {
  const hash = createHash("sha256");
  let parts: Uint8Array[] = [];
  let size = 0;
  let spilled: ReturnType<typeof open> | undefined;
  return {
    get size() {
      return size;
    },
    append: (chunk) => {
      hash.update(chunk);
      size += chunk.length;
      if (spilled === undefined && size > memoryBytes) {
        spilled = open();
        for (const part of parts) writeAll(spilled.file, part);
        parts = [];
      }
      if (spilled === undefined) parts.push(Buffer.from(chunk));
      else writeAll(spilled.file, chunk);
    },
    seal: () => {
      if (spilled === undefined) return inMemory(Buffer.concat(parts), hash);
      closeSync(spilled.file);
      return inFile(spilled.path, size, hash);
    },
  };
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function inMemory(bytes: Buffer, sha256: Hash): Content {
  return {
    size: bytes.length,
    digest: async (algorithm) =>
      named(algorithm, algorithm === "sha256" ? sha256 : createHash(algorithm).update(bytes)),
    read: async function* (from = 0, end = bytes.length) {
      yield bytes.subarray(from, end);
    },
    bytes: () => bytes,
  };
}

function inFile(path: string, size: number, sha256: Hash): Content {
  const read = (from = 0, end = size): AsyncIterable<Uint8Array> =>
    createReadStream(path, { start: from, end: end - 1, highWaterMark: 256 * 1024 });
  return {
    size,
    digest: async (algorithm) => {
      if (algorithm === "sha256") return named(algorithm, sha256);
      const hash = createHash(algorithm);
      for await (const chunk of read()) hash.update(chunk);
      return named(algorithm, hash);
    },
    read,
    bytes: () => readFileSync(path),
  };
}

function named(algorithm: string, hash: Hash): string {
  return `${algorithm}:${hash.copy().digest("hex")}`;
}
