import { createHash } from "node:crypto";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";

/** A blob that shall be in a repository, and where its bytes come from. */
export interface BlobUpload {
  readonly blob: Descriptor;
  /** Called before a session is opened, which would wait in vain while the bytes are still being made or fetched. */
  ready?(): Promise<void>;
  /** The bytes from the first on, as often as it takes. */
  open(): AsyncIterable<Uint8Array>;
  /** The same from a later byte on, where that is cheaper than to pass over what is before. */
  openAt?(offset: number): AsyncIterable<Uint8Array>;
  /** Repositories of the same registry that may hold the blob. */
  readonly mountFrom: readonly string[];
  /** The registry lacks it, whatever it answers to HEAD: it said so when it was given a manifest. */
  readonly isLacking?: boolean;
}

/** A blob that is read piece by piece: going on costs nothing, going back opens it anew. */
export interface BlobReader {
  /** Throws BLOB_CORRUPT when the blob turns out shorter or longer than its descriptor says. */
  piece(offset: number, length: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export function blobReader(upload: BlobUpload): BlobReader {
  const { size } = upload.blob;
  let source: AsyncIterator<Uint8Array> | undefined;
  let rest: Uint8Array = new Uint8Array();
  let at = 0;
  let turn = 0;
  let isReading = false;

  const close = async (): Promise<void> => {
    turn++;
    const old = source;
    source = undefined;
    rest = new Uint8Array();
    const closed = Promise.resolve(old?.return?.()).catch(() => {});
    // A read that hangs would keep this one waiting.
    if (!isReading) await closed;
    isReading = false;
  };
  /** Undefined behind the last byte, and for a piece that nobody waits for any more. */
  const next = async (mine: number, most: number): Promise<Uint8Array | undefined> => {
    while (rest.length === 0) {
      isReading = true;
      const read = await source?.next();
      if (mine === turn) isReading = false;
      if (mine !== turn || read === undefined || read.done === true) return undefined;
      rest = read.value;
    }
    const taken = rest.subarray(0, most);
    rest = rest.subarray(taken.length);
    at += taken.length;
    return taken;
  };
  const seek = async (offset: number): Promise<number> => {
    if (source !== undefined && at === offset && !isReading) return ++turn;
    await close();
    const direct = upload.openAt !== undefined && offset > 0 ? upload.openAt(offset) : undefined;
    source = (direct ?? upload.open())[Symbol.asyncIterator]();
    at = direct === undefined ? 0 : offset;
    const mine = turn;
    while (at < offset && mine === turn) if ((await next(mine, offset - at)) === undefined) throw changed(upload, at);
    return mine;
  };
  return {
    close,
    piece: async function* (offset, length) {
      const mine = await seek(offset);
      let left = length;
      let held: Uint8Array | undefined;
      while (left > 0) {
        const chunk = await next(mine, left);
        if (mine !== turn) return;
        if (chunk === undefined) throw changed(upload, at);
        left -= chunk.length;
        if (held !== undefined) yield held;
        held = chunk;
      }
      // The last bytes stay here when there are more than there should be: then nothing is complete.
      if (offset + length === size && (await next(mine, 1)) !== undefined) throw changed(upload, at);
      if (held !== undefined) yield held;
    },
  };
}

/** Reads the blob once more: throws BLOB_CORRUPT when it isn't what its digest says, and so is to blame itself. */
export async function checkSource(upload: BlobUpload): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of upload.open()) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const digest = `sha256:${hash.digest("hex")}`;
  if (digest !== upload.blob.digest) throw changed(upload, bytes, digest);
}

function changed(upload: BlobUpload, bytes: number, digest?: string): OciasmError {
  const found = digest === undefined ? `${bytes} of ${upload.blob.size} bytes` : `${bytes} bytes with ${digest}`;
  return new OciasmError("BLOB_CORRUPT", `blob ${upload.blob.digest} has changed: ${found}`, {
    hint: "run the command again",
  });
}
