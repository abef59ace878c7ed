import type { WireError } from "../errors.ts";
import type { BuildEvent } from "../events.ts";
import type { AssembledLayer, AssembleJob } from "./job.ts";

/** What the pool sends to a worker, which has at most one job at a time. */
export interface WorkerRequest {
  readonly type: "assemble";
  readonly job: AssembleJob;
}

/** What a worker sends back: any number of reports, then one of the others. */
export type WorkerReply =
  | { readonly type: "report"; readonly event: BuildEvent }
  | { readonly type: "done"; readonly layer: AssembledLayer }
  | { readonly type: "failed"; readonly error: WireError };
