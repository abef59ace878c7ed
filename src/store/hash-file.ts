import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import { hashInThread } from "./hash-threads.ts";

const BLOCK = 512 * 1024;
/** Bytes from which a thread of its own is worth its start. */
const LARGE = 2 ** 26;

/** Hex sha256 of what an open file holds, and how many bytes that were. */
export async function hashHandle(
  handle: FileHandle,
  signal?: AbortSignal,
): Promise<{ readonly sha256: string; readonly size: number }> {
  if (signal?.aborted === true) throw interrupted(signal);
  if ((await handle.stat()).size < LARGE) return hashHere(handle, signal);
  const reply = await hashInThread(handle.fd, signal).catch((error: unknown) => {
    throw signal?.aborted === true ? interrupted(signal) : error;
  });
  // Reading it here tells what is wrong with it.
  return reply ?? hashHere(handle, signal);
}

async function hashHere(
  handle: FileHandle,
  signal: AbortSignal | undefined,
): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash("sha256");
  let [block, other] = [new Uint8Array(BLOCK), new Uint8Array(BLOCK)];
  let size = 0;
  let reading = handle.read(block, 0, BLOCK, 0);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return { sha256: hash.digest("hex"), size };
    if (signal?.aborted === true) throw interrupted(signal);
    size += bytesRead;
    reading = handle.read(other, 0, BLOCK, size);
    // The next block comes while this one is hashed; a failure is told when it is waited for.
    hash.update(block.subarray(0, bytesRead));
    [block, other] = [other, block];
  }
}

function interrupted(signal: AbortSignal): OciasmError {
  return new OciasmError("INTERRUPTED", "interrupted", { cause: signal.reason });
}
