import { type ResourceLimits, Worker } from "node:worker_threads";
import { fromWire, OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { Results, WorkerReply, WorkerRequest } from "./protocol.ts";

/** Node's own limits would let a thread keep gigabytes of garbage before it collects any. */
const RESOURCE_LIMITS: ResourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 };

/** One worker thread and what it has to do, if anything. */
export interface Thread {
  /** Rejects when the thread ends before it has answered. */
  ask<Request extends WorkerRequest>(request: Request, report: Report): Promise<Results[Request["type"]]>;
  /** Ends it wherever it is; a request that it is at is rejected. */
  stop(): Promise<void>;
}

export function startThread(): Thread {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { resourceLimits: RESOURCE_LIMITS });
  // A pool that nobody closed must not keep the process alive.
  worker.unref();
  return {
    ask: async <Request extends WorkerRequest>(request: Request, report: Report) => {
      worker.ref();
      try {
        return (await exchange(worker, request, report)) as Results[Request["type"]];
      } finally {
        worker.unref();
      }
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

async function exchange(worker: Worker, request: WorkerRequest, report: Report): Promise<Results[keyof Results]> {
  const handlers = new AbortController();
  try {
    return await new Promise<Results[keyof Results]>((resolve, reject) => {
      const onMessage = (reply: WorkerReply): void => {
        if (reply.type === "report") report(reply.event);
        else if (reply.type === "done") resolve(reply.result);
        else reject(fromWire(reply.error));
      };
      const onError = (error: unknown): void => {
        reject(new OciasmError("BUG", `the thread for ${subject(request)} failed`, { cause: error }));
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
      worker.postMessage(request);
    });
  } finally {
    handlers.abort();
  }
}

function subject(request: WorkerRequest): string {
  return request.type === "assemble" ? `layer "${request.job.recipe.title}"` : request.request.source.filename;
}
