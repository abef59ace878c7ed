import { type ResourceLimits, Worker } from "node:worker_threads";
import { fromWire, OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { AssembledLayer, AssembleJob } from "./job.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

/** Node's own limits would let a thread keep gigabytes of garbage before it collects any. */
export const RESOURCE_LIMITS: ResourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 };

/** One worker thread and the job that it has, if any. */
export interface Thread {
  run(job: AssembleJob, report: Report): Promise<AssembledLayer>;
  /** Ends it wherever it is; a job that runs is rejected. */
  stop(): Promise<void>;
}

export function startThread(): Thread {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { resourceLimits: RESOURCE_LIMITS });
  // A pool that nobody closed must not keep the process alive.
  worker.unref();
  return {
    run: async (job, report) => {
      worker.ref();
      try {
        return await exchange(worker, job, report);
      } finally {
        worker.unref();
      }
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

async function exchange(worker: Worker, job: AssembleJob, report: Report): Promise<AssembledLayer> {
  const handlers = new AbortController();
  try {
    return await new Promise<AssembledLayer>((resolve, reject) => {
      const onMessage = (reply: WorkerReply): void => {
        if (reply.type === "report") report(reply.event);
        else if (reply.type === "done") resolve(reply.layer);
        else reject(fromWire(reply.error));
      };
      const onError = (error: unknown): void => {
        reject(new OciasmError("BUG", `the thread for layer "${job.recipe.title}" failed`, { cause: error }));
      };
      const onExit = (): void => onError(new Error("it ended without an answer"));
      worker.on("message", onMessage);
      worker.on("error", onError);
      worker.on("exit", onExit);
      handlers.signal.addEventListener("abort", () => {
        worker.off("message", onMessage);
        worker.off("error", onError);
        worker.off("exit", onExit);
      });
      worker.postMessage({ type: "assemble", job } satisfies WorkerRequest);
    });
  } finally {
    handlers.abort();
  }
}
