import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { fromWire, OciasmError } from "../errors.ts";
import type { DebPin } from "./debian-pin.ts";
import type { SolveJob } from "./debian-solve.ts";
import type { Verified, VerifyJob } from "./debian-verify.ts";
import type { DebianReply } from "./debian-worker.ts";

export type DebianTask =
  | { readonly kind: "solve"; readonly job: SolveJob }
  | { readonly kind: "verify"; readonly job: VerifyJob };

const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 };

/** Chooses packages in a thread of its own: the memory that 63,000 packages take goes back when it ends. */
export async function solveInThread(job: SolveJob, signal: AbortSignal): Promise<readonly (readonly DebPin[])[]> {
  return (await inThread({ kind: "solve", job }, signal)) as readonly (readonly DebPin[])[];
}

/** Checks signatures in a thread of its own: OpenPGP's 40 MB are of no use to the rest of a build. */
export async function verifyInThread(job: VerifyJob, signal: AbortSignal): Promise<readonly (Verified | undefined)[]> {
  return (await inThread({ kind: "verify", job }, signal)) as readonly (Verified | undefined)[];
}

async function inThread(task: DebianTask, signal: AbortSignal): Promise<unknown> {
  const url = new URL("./debian-worker.js", import.meta.url);
  const worker = new Worker(url, { workerData: task, resourceLimits: RESOURCE_LIMITS });
  const settled = new AbortController();
  try {
    const ended = once(worker, "exit", { signal: settled.signal }).then(() => {
      throw new OciasmError("BUG", "a thread that reads Debian's lists ended without an answer");
    });
    const told = once(worker, "message", { signal: AbortSignal.any([signal, settled.signal]) });
    const [reply] = (await Promise.race([told, ended])) as [DebianReply];
    if ("error" in reply) throw fromWire(reply.error);
    return reply.result;
  } finally {
    settled.abort();
    await worker.terminate();
  }
}
