import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { blame } from "./blame.ts";
import { plainChunks } from "./inflate.ts";
import type { EntryContent, LayerEntry } from "./layer-entry.ts";

const READ_SIZE = 2 ** 18;

export interface ContentOptions {
  /** Gets the deflate stream of a zip entry on the way. */
  readonly onRaw?: ((chunk: Uint8Array) => Promise<void>) | undefined;
  /** Gets the plain bytes; a chunk is valid until the promise settles. */
  readonly onPlain: (chunk: Uint8Array) => Promise<void> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file's content once and checks it on the way: size, CRC, promised sha256. Returns the sha256 in hex; throws
 * WHEEL_INVALID, PROJECT_INVALID or ARCHIVE_INVALID, which name the file.
 */
export async function readContent(entry: LayerEntry, { onRaw, onPlain, signal }: ContentOptions): Promise<string> {
  const hash = createHash("sha256");
  const promisedCrc = entry.content.from === "zip" ? entry.content.entry.crc32 : undefined;
  let crc = 0;
  let size = 0;
  for await (const chunk of chunksOf(entry, onRaw)) {
    signal?.throwIfAborted();
    size += chunk.length;
    if (size > entry.entry.size) throw blame(entry, `is larger than the ${entry.entry.size} bytes that it should have`);
    hash.update(chunk);
    if (promisedCrc !== undefined) crc = crc32(chunk, crc);
    const written = onPlain(chunk);
    if (written !== undefined) await written;
  }
  if (size !== entry.entry.size) throw blame(entry, `has ${size} bytes instead of ${entry.entry.size}`);
  if (promisedCrc !== undefined && crc !== promisedCrc)
    throw blame(entry, "does not have the CRC that the wheel gives");
  return checkSha256(entry, hash.digest("hex"));
}

function checkSha256(entry: LayerEntry, sha256: string): string {
  const { expectedSha256: expected, origin } = entry;
  if (expected === undefined || expected === sha256) return sha256;
  if (origin?.kind === "wheel") throw blame(entry, "does not have the sha256 that RECORD gives");
  throw blame(
    entry,
    origin === undefined || origin.kind === "project"
      ? "changed while the image was built"
      : `has the sha256 ${sha256} instead of ${expected}`,
  );
}

function chunksOf(entry: LayerEntry, onRaw: ContentOptions["onRaw"]): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const { content } = entry;
  switch (content.from) {
    case "zip":
      return plainChunks(content.file, content.entry, {
        onRaw,
        refuse: (problem, cause) => blame(entry, problem, cause),
      });
    case "file":
      return readRange(entry, content);
    case "bytes":
      return [content.bytes];
    case "made":
      return made(content);
    case "none":
      return [];
  }
}

async function* made({ make }: Extract<EntryContent, { from: "made" }>): AsyncGenerator<Uint8Array, void, undefined> {
  yield await make();
}

async function* readRange(
  entry: LayerEntry,
  { path, offset, length }: Extract<EntryContent, { from: "file" }>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw blame(entry, "can't be read", error);
  });
  try {
    const buffer = new Uint8Array(Math.min(READ_SIZE, length));
    // A project file that has grown is a project file that has changed.
    if (entry.origin === undefined || entry.origin.kind === "project") {
      const { size } = await handle.stat();
      if (size !== offset + length) throw blame(entry, "changed while the image was built");
    }
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, length - done), offset + done);
      if (bytesRead === 0) throw blame(entry, `ends after ${done} of ${length} bytes`);
      yield buffer.subarray(0, bytesRead);
      done += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
