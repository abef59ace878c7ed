import { type FileHandle, open, rm } from "node:fs/promises";

/** One temporary file that holds the unpacked content of many packages, one file after the other. */
export interface DebSpool {
  readonly path: string;
  /** Where the next byte lands. */
  readonly size: number;
  append(chunk: Uint8Array): Promise<void>;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Removes the file. */
  close(): Promise<void>;
}

/** Small files come by the thousand: they are written together. */
const BUFFER = 1024 * 1024;

export async function openSpool(path: string): Promise<DebSpool> {
  const handle = await open(path, "w+");
  const pending: Uint8Array[] = [];
  let size = 0;
  let written = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pending.splice(0));
    await writeAll(handle, bytes, written);
    written += bytes.length;
  };
  return {
    path,
    get size() {
      return size;
    },
    append: async (chunk) => {
      pending.push(Uint8Array.from(chunk));
      size += chunk.length;
      if (size - written >= BUFFER) await flush();
    },
    read: async (offset, length) => {
      if (written < size) await flush();
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      return buffer.subarray(0, bytesRead);
    },
    close: async () => {
      await handle.close();
      await rm(path, { force: true });
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
