import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { fromWire, OciasmError } from "../errors.ts";
import type { DebPin } from "./debian-pin.ts";
import type { SolveJob } from "./debian-solve.ts";
import type { SolveReply } from "./debian-solve-worker.ts";

const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 };

/** Chooses packages in a thread of its own: the memory that 63,000 packages take goes back when it ends. */
export async function solveInThread(job: SolveJob, signal: AbortSignal): Promise<readonly (readonly DebPin[])[]> {
  const url = new URL("./debian-solve-worker.js", import.meta.url);
  const worker = new Worker(url, { workerData: job, resourceLimits: RESOURCE_LIMITS });
  const settled = new AbortController();
  try {
    const ended = once(worker, "exit", { signal: settled.signal }).then(() => {
      throw new OciasmError("BUG", "the thread that chooses Debian packages ended without an answer");
    });
    const told = once(worker, "message", { signal: AbortSignal.any([signal, settled.signal]) });
    const [reply] = (await Promise.race([told, ended])) as [SolveReply];
    if ("error" in reply) throw fromWire(reply.error);
    return reply.pins;
  } finally {
    settled.abort();
    await worker.terminate();
  }
}
