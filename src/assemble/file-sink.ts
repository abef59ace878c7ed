import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { release } from "./release.ts";

/** For a blob; there are two of them: one fills while the other is written. */
const BLOB_BUFFER: number = 2 ** 20;

/** A new file that is hashed on its way. Syncing it is for whoever adopts it. */
export interface FileSink {
  /** Copies the chunk before the promise settles. Calls must be awaited one by one. */
  write(chunk: Uint8Array): Promise<void>;
  finish(): Promise<{ readonly digest: Digest; readonly size: number }>;
  /** Closes and removes the file; does nothing after `finish`. */
  discard(): Promise<void>;
}

export async function createFileSink(path: string, bufferSize: number = BLOB_BUFFER): Promise<FileSink> {
  const handle = await open(path, "w", 0o644);
  const hash = createHash("sha256");
  let filling = new Uint8Array(bufferSize);
  let idle = new Uint8Array(bufferSize);
  let filled = 0;
  let size = 0;
  let pending: Promise<void> = Promise.resolve();
  let closed = false;

  const flush = async (): Promise<void> => {
    await pending;
    const full = filling.subarray(0, filled);
    pending = writeAll(handle, full, size);
    // Reported by the next await; without a handler of its own a failure now would end the process.
    pending.catch(() => {});
    hash.update(full);
    size += filled;
    [filling, idle] = [idle, filling];
    filled = 0;
  };

  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await handle.close();
  };

  return {
    write: async (chunk) => {
      for (let taken = 0; taken < chunk.length; ) {
        const part = chunk.subarray(taken, taken + bufferSize - filled);
        filling.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled === bufferSize) await flush();
      }
    },
    finish: async () => {
      await flush();
      await pending;
      await close();
      release(filling);
      release(idle);
      return { digest: digestOfHex(hash.digest("hex")), size };
    },
    discard: async () => {
      if (closed) return;
      await pending.catch(() => {});
      await close();
      await rm(path, { force: true });
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
