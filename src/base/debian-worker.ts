import { parentPort, workerData } from "node:worker_threads";
import { toWire, type WireError } from "../errors.ts";
import { solveDebs } from "./debian-solve.ts";
import type { DebianTask } from "./debian-thread.ts";
import { verifyReleases } from "./debian-verify.ts";

/** The one message of the thread. */
export type DebianReply = { readonly result: unknown } | { readonly error: WireError };

function run(task: DebianTask): Promise<unknown> {
  return task.kind === "solve" ? solveDebs(task.job) : verifyReleases(task.job);
}

const reply: DebianReply = await run(workerData as DebianTask).then(
  (result) => ({ result }),
  (error: unknown) => ({ error: toWire(error) }),
);
parentPort?.postMessage(reply);
