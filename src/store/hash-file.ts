import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { OciasmError } from "../errors.ts";

const BLOCK = 1024 * 1024;

/** Hex sha256 of what an open file holds, and how many bytes that were. */
export async function hashHandle(
  handle: FileHandle,
  signal?: AbortSignal,
): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash("sha256");
  const block = new Uint8Array(BLOCK);
  let size = 0;
  for (;;) {
    if (signal?.aborted === true) throw new OciasmError("INTERRUPTED", "interrupted", { cause: signal.reason });
    const { bytesRead } = await handle.read(block, 0, BLOCK, size);
    if (bytesRead === 0) return { sha256: hash.digest("hex"), size };
    hash.update(block.subarray(0, bytesRead));
    size += bytesRead;
  }
}
