import { parentPort, workerData } from "node:worker_threads";
import { toWire, type WireError } from "../errors.ts";
import type { DebPin } from "./debian-pin.ts";
import { type SolveJob, solveDebs } from "./debian-solve.ts";

/** The one message of the thread. */
export type SolveReply = { readonly pins: readonly (readonly DebPin[])[] } | { readonly error: WireError };

const reply: SolveReply = await solveDebs(workerData as SolveJob).then(
  (pins) => ({ pins }),
  (error: unknown) => ({ error: toWire(error) }),
);
parentPort?.postMessage(reply);
