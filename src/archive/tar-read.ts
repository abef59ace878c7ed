import { isOciasmError, OciasmError } from "../errors.ts";
import { type BytePuller, bytePuller } from "./byte-puller.ts";
import { printable } from "./printable.ts";
import type { TarEntry } from "./tar-entry.ts";
import { tarPadding } from "./tar-header.ts";
import { readTarHeader } from "./tar-headers.ts";
import { refuseTar, refuseTarEntry } from "./tar-refusal.ts";
import { resolveTarEntry } from "./tar-resolve.ts";

export interface TarMember {
  readonly entry: TarEntry;
  /** Offset of the content in the tar stream. */
  readonly offset: number;
  /** The content, once, before the next member is asked for; what is not read is skipped. */
  content(): AsyncGenerator<Uint8Array, void, undefined>;
}

export interface TarLimits {
  readonly maxEntries?: number;
  /** Bytes of all contents together. */
  readonly maxTotalSize?: number;
  /**
   * Accepts a stream without the two zero blocks at its end, as umoci writes and every engine reads. Only for streams
   * whose length or digest is known, so that one that was cut is found out.
   */
  readonly endOptional?: boolean;
  /** What errors call the archive. */
  readonly label?: string;
}

const DEFAULT_MAX_ENTRIES = 4_000_000;
const DEFAULT_MAX_TOTAL_SIZE: number = 256 * 2 ** 30;

/**
 * Reads a tar stream (ustar, pax, GNU, V7) entry by entry, in the order of the archive, to its very end. Strict:
 * whatever programs read in different ways is refused with ARCHIVE_INVALID. Format: POSIX.1-2024 pax; GNU tar manual,
 * "Basic Tar Format".
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  limits: TarLimits = {},
): AsyncGenerator<TarMember, void, undefined> {
  const puller = bytePuller(chunks);
  const check = budget(limits);
  try {
    for (;;) {
      const header = await readTarHeader(puller, limits.endOptional);
      if (header === undefined) return;
      const entry = resolveTarEntry(header.block, header.extensions);
      check(entry);
      const offset = puller.position;
      yield { entry, offset, content: () => readContent(puller, entry, offset) };
      await skipTo(puller, entry, offset + entry.size + tarPadding(entry.size));
    }
  } catch (error) {
    if (limits.label === undefined || !isOciasmError(error) || error.code !== "ARCHIVE_INVALID") throw error;
    throw new OciasmError(error.code, `${limits.label}: ${error.message}`, { cause: error });
  } finally {
    await puller.close();
  }
}

function budget(limits: TarLimits): (entry: TarEntry) => void {
  const { maxEntries = DEFAULT_MAX_ENTRIES, maxTotalSize = DEFAULT_MAX_TOTAL_SIZE } = limits;
  let entries = 0;
  let total = 0;
  return (entry) => {
    entries++;
    total += entry.size;
    if (entries > maxEntries) throw refuseTar(`has more than ${maxEntries} entries`);
    if (total > maxTotalSize) throw refuseTarEntry(entry.path, `brings the archive to more than ${maxTotalSize} bytes`);
  };
}

async function* readContent(
  puller: BytePuller,
  entry: TarEntry,
  offset: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const end = offset + entry.size;
  let at = offset;
  while (at < end) {
    if (puller.position !== at)
      throw new OciasmError("BUG", `content of "${printable(entry.path)}" was asked for too late`);
    const part = await puller.some(end - at);
    if (part.length === 0) throw refuseTarEntry(entry.path, "is cut off");
    at += part.length;
    yield part;
  }
}

async function skipTo(puller: BytePuller, entry: TarEntry, end: number): Promise<void> {
  const wanted = end - puller.position;
  if ((await puller.skip(wanted)) < wanted) throw refuseTarEntry(entry.path, "is cut off");
}
