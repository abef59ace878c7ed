import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { HashReply } from "./hash-threads.ts";

const BLOCK = 512 * 1024;

/** Descriptors are the whole process's: whoever sent it keeps it open. */
function hashDescriptor(descriptor: number): HashReply {
  try {
    const hash = createHash("sha256");
    const block = new Uint8Array(BLOCK);
    let size = 0;
    for (;;) {
      const count = readSync(descriptor, block, 0, BLOCK, size);
      if (count === 0) return { sha256: hash.digest("hex"), size };
      hash.update(block.subarray(0, count));
      size += count;
    }
  } catch {
    return undefined;
  }
}

parentPort?.on("message", (descriptor: number) => parentPort?.postMessage(hashDescriptor(descriptor)));
