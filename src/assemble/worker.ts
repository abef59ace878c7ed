import { parentPort } from "node:worker_threads";
import { toWire } from "../errors.ts";
import { assembleLayer } from "./assemble.ts";
import { inspectWheel } from "./inspect-wheel.ts";
import type { Results, WorkerReply, WorkerRequest } from "./protocol.ts";

const port = parentPort;
if (port === null) throw new TypeError("this module runs in a worker thread only");

const send = (reply: WorkerReply): void => port.postMessage(reply);

port.on("message", (request: WorkerRequest) => {
  void answer(request);
});

async function answer(request: WorkerRequest): Promise<void> {
  try {
    send({ type: "done", result: await work(request) });
  } catch (error) {
    send({ type: "failed", error: toWire(error) });
  }
}

function work(request: WorkerRequest): Promise<Results[keyof Results]> {
  if (request.type === "inspect") return inspectWheel(request.request);
  // An abort ends the whole thread, so there is no signal to listen to.
  const { signal } = new AbortController();
  return assembleLayer(request.job, { report: (event) => send({ type: "report", event }), signal });
}
