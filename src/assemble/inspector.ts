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

/** Looks into wheels in a thread of its own: the 60 MB that the directories of a large stack take go back when it ends. */
export interface Inspector {
  /** What the wheel will bring; one at a time. Throws WHEEL_INVALID. */
  inspect(request: InspectRequest, signal: AbortSignal): Promise<readonly OwnedEntry[]>;
  close(): Promise<void>;
}

export function createInspector(): Inspector {
  let worker: Worker | undefined;
  return {
    inspect: async (request, signal) => {
      worker ??= new Worker(new URL("./inspect-worker.js", import.meta.url), { resourceLimits: RESOURCE_LIMITS });
      const settled = new AbortController();
      try {
        const ended = once(worker, "exit", { signal: settled.signal }).then(() => {
          throw new OciasmError("BUG", `the thread that looks into ${request.source.filename} ended without an answer`);
        });
        const told = once(worker, "message", { signal: AbortSignal.any([signal, settled.signal]) });
        worker.postMessage(request);
        const [reply] = (await Promise.race([told, ended])) as [InspectReply];
        if ("error" in reply) throw fromWire(reply.error);
        return reply.entries;
      } finally {
        settled.abort();
      }
    },
    close: async () => void (await worker?.terminate()),
  };
}
