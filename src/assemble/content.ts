import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { blame } from "./blame.ts";
import { plainChunks } from "./inflate.ts";
import type { EntryContent, LayerEntry } from "./layer-entry.ts";

const READ_SIZE = 2 ** 18;

export interface ContentOptions {
  /** Gets the deflate stream of a zip entry on the way. */
  readonly onRaw?: ((chunk: Uint8Array) => void) | undefined;
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
  const { content } = entry;
  let size = 0;
  const chunks = content.from === "made" ? [await content.make()] : chunksOf(entry, content, onRaw);
  for (const chunk of chunks) {
    signal?.throwIfAborted();
    size += chunk.length;
    if (size > entry.entry.size) throw blame(entry, `is larger than the ${entry.entry.size} bytes that it should have`);
    hash.update(chunk);
    const written = onPlain(chunk);
    if (written !== undefined) await written;
  }
  if (size !== entry.entry.size) throw blame(entry, `has ${size} bytes instead of ${entry.entry.size}`);
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

function chunksOf(
  entry: LayerEntry,
  content: Exclude<EntryContent, { from: "made" }>,
  onRaw: ContentOptions["onRaw"],
): Iterable<Uint8Array> {
  switch (content.from) {
    case "zip":
      return plainChunks(content.file, content.entry, { onRaw, refuse: (problem) => blame(entry, problem) });
    case "file":
      return readRange(entry, content);
    case "bytes":
      return [content.bytes];
    case "none":
      return [];
  }
}

function* readRange(
  entry: LayerEntry,
  { path, offset, length }: Extract<EntryContent, { from: "file" }>,
): Generator<Uint8Array, void, undefined> {
  const handle = openOf(entry, path);
  try {
    const buffer = new Uint8Array(Math.min(READ_SIZE, length));
    // A project file that has grown is a project file that has changed.
    if (entry.origin === undefined || entry.origin.kind === "project") {
      if (fstatSync(handle).size !== offset + length) throw blame(entry, "changed while the image was built");
    }
    for (let done = 0; done < length; ) {
      const count = readSync(handle, buffer, 0, Math.min(buffer.length, length - done), offset + done);
      if (count === 0) throw blame(entry, `ends after ${done} of ${length} bytes`);
      yield buffer.subarray(0, count);
      done += count;
    }
  } finally {
    closeSync(handle);
  }
}

function openOf(entry: LayerEntry, path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw blame(entry, "can't be read", error);
  }
}
