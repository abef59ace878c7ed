import { open, rm } from "node:fs/promises";
import { writeAll } from "../store/write-all.ts";

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

/** Small files come by the thousand: they are written together, out of one buffer that stays. */
const BUFFER = 256 * 1024;

export async function openSpool(path: string): Promise<DebSpool> {
  const handle = await open(path, "w+");
  const buffer = new Uint8Array(BUFFER);
  let filled = 0;
  let written = 0;
  const flush = async (): Promise<void> => {
    await writeAll(handle, buffer.subarray(0, filled), written);
    written += filled;
    filled = 0;
  };
  return {
    path,
    get size() {
      return written + filled;
    },
    append: async (chunk) => {
      for (let taken = 0; taken < chunk.length; ) {
        const part = chunk.subarray(taken, taken + BUFFER - filled);
        buffer.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled === BUFFER) await flush();
      }
    },
    read: async (offset, length) => {
      if (filled > 0) await flush();
      const bytes = new Uint8Array(Math.max(0, Math.min(length, written - offset)));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    },
    close: async () => {
      await handle.close();
      await rm(path, { force: true });
    },
  };
}
