import type { ByteSource } from "./bytes.ts";
import type { ZipEntry } from "./zip-entry.ts";

const DEFAULT_CHUNK_SIZE: number = 2 ** 18;

/** The bytes of an entry as the archive holds them, deflated or not, in chunks of at most `chunkSize`. */
export async function* readRaw(
  source: ByteSource,
  entry: Pick<ZipEntry, "dataOffset" | "compressedSize">,
  chunkSize: number = DEFAULT_CHUNK_SIZE,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let done = 0; done < entry.compressedSize; done += chunkSize) {
    yield await source.read(entry.dataOffset + done, Math.min(chunkSize, entry.compressedSize - done));
  }
}
