import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { release } from "./release.ts";

/** For a blob. One write of a megabyte takes Linux 6.18 four times as long as two of half a megabyte. */
const BLOB_BUFFER: number = 2 ** 19;

/**
 * A new file that is hashed on its way. Writes block the thread: they go to the page cache, and handing them to another
 * thread costs more than they do. Syncing the file is for whoever adopts it.
 */
export interface FileSink {
  write(chunk: Uint8Array): void;
  finish(): Promise<{ readonly digest: Digest; readonly size: number }>;
  /** Closes and removes the file; does nothing after `finish`. */
  discard(): Promise<void>;
}

export async function createFileSink(path: string, bufferSize: number = BLOB_BUFFER): Promise<FileSink> {
  const file = openSync(path, "w", 0o644);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(bufferSize);
  let filled = 0;
  let size = 0;
  let closed = false;

  const put = (bytes: Uint8Array): void => {
    hash.update(bytes);
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, size + done);
    size += bytes.length;
  };

  const flush = (): void => {
    put(buffer.subarray(0, filled));
    filled = 0;
  };

  const close = (): void => {
    closed = true;
    closeSync(file);
    release(buffer);
  };

  return {
    write: (chunk) => {
      if (filled + chunk.length > bufferSize) flush();
      if (chunk.length >= bufferSize) return put(chunk);
      buffer.set(chunk, filled);
      filled += chunk.length;
    },
    finish: async () => {
      flush();
      close();
      return { digest: digestOfHex(hash.digest("hex")), size };
    },
    discard: async () => {
      if (closed) return;
      close();
      await rm(path, { force: true });
    },
  };
}
