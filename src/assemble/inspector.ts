import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { fromWire, OciasmError } from "../errors.ts";
import type { OwnedEntry } from "../install/conflicts.ts";
import type { InstallScheme, WheelSource } from "../layers/recipe.ts";
import type { InspectReply } from "./inspect-worker.ts";
import { RESOURCE_LIMITS } from "./thread.ts";

export interface InspectRequest {
  readonly path: string;
  readonly source: WheelSource;
  readonly scheme: InstallScheme;
}

/** Looks into wheels in threads of its own: the 60 MB that the directories of a large stack take go back when it closes. */
export interface Inspector {
  /** What the wheel will bring; each call that runs has a thread for itself. Throws WHEEL_INVALID. */
  inspect(request: InspectRequest, signal: AbortSignal): Promise<readonly OwnedEntry[]>;
  close(): Promise<void>;
}

export function createInspector(): Inspector {
  const all: Worker[] = [];
  const idle: Worker[] = [];
  return {
    inspect: async (request, signal) => {
      const worker = idle.pop() ?? startThread();
      if (!all.includes(worker)) all.push(worker);
      const reply = await ask(worker, request, signal);
      idle.push(worker);
      if ("error" in reply) throw fromWire(reply.error);
      return reply.entries;
    },
    close: async () => void (await Promise.all(all.map((worker) => worker.terminate()))),
  };
}

function startThread(): Worker {
  return new Worker(new URL("./inspect-worker.js", import.meta.url), { resourceLimits: RESOURCE_LIMITS });
}

async function ask(worker: Worker, request: InspectRequest, signal: AbortSignal): Promise<InspectReply> {
  const settled = new AbortController();
  try {
    const ended = once(worker, "exit", { signal: settled.signal }).then(() => {
      throw new OciasmError("BUG", `the thread that looks into ${request.source.filename} ended without an answer`);
    });
    const told = once(worker, "message", { signal: AbortSignal.any([signal, settled.signal]) });
    worker.postMessage(request);
    const [reply] = (await Promise.race([told, ended])) as [InspectReply];
    return reply;
  } finally {
    settled.abort();
  }
}
