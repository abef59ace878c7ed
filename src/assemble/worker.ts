import { parentPort } from "node:worker_threads";
import { toWire } from "../errors.ts";
import { assembleLayer } from "./assemble.ts";
import type { AssembleJob } from "./job.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

const port = parentPort;
if (port === null) throw new TypeError("this module runs in a worker thread only");

const send = (reply: WorkerReply): void => port.postMessage(reply);

port.on("message", (request: WorkerRequest) => {
  void answer(request.job);
});

/** An abort ends the whole thread, so there is no signal to listen to. */
async function answer(job: AssembleJob): Promise<void> {
  try {
    const { signal } = new AbortController();
    const layer = await assembleLayer(job, { report: (event) => send({ type: "report", event }), signal });
    send({ type: "done", layer });
  } catch (error) {
    send({ type: "failed", error: toWire(error) });
  }
}
