import type { WireError } from "../errors.ts";
import type { BuildEvent } from "../events.ts";
import type { InspectedWheel, InspectRequest } from "./inspect-wheel.ts";
import type { AssembledLayer, AssembleJob } from "./job.ts";

/** What the pool sends to a worker, which has at most one thing to do at a time. */
export type WorkerRequest =
  | { readonly type: "assemble"; readonly job: AssembleJob }
  | { readonly type: "inspect"; readonly request: InspectRequest };

/** What a request is answered with. */
export interface Results {
  readonly assemble: AssembledLayer;
  readonly inspect: InspectedWheel;
}

/** What a worker sends back: any number of reports, then one of the others. */
export type WorkerReply =
  | { readonly type: "report"; readonly event: BuildEvent }
  | { readonly type: "done"; readonly result: Results[keyof Results] }
  | { readonly type: "failed"; readonly error: WireError };
