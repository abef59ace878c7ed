import { type FileHandle, open } from "node:fs/promises";
import type { OpenBlob } from "./blob-store.ts";

/** Random access to a file on disk. The caller closes. */
export async function openFileSource(path: string): Promise<OpenBlob> {
  const handle = await open(path, "r");
  try {
    return handleSource(handle, (await handle.stat()).size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The same over a handle that is already open; closing the source closes the handle. */
export function handleSource(handle: FileHandle, size: number): OpenBlob {
  return {
    size,
    read: (offset, length) => readExactly(handle, size, offset, length),
    close: () => handle.close(),
  };
}

async function readExactly(handle: FileHandle, size: number, offset: number, length: number): Promise<Uint8Array> {
  const passes = (): RangeError => new RangeError(`read of ${length} bytes at ${offset} passes the end at ${size}`);
  if (offset < 0 || length < 0 || offset + length > size) throw passes();
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    // The file was cut after it was opened.
    if (bytesRead === 0) throw passes();
    done += bytesRead;
  }
  return bytes;
}
