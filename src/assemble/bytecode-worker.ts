import { parentPort } from "node:worker_threads";
import { toWire, type WireError } from "../errors.ts";
import { type BytecodeCompiler, startCompiler } from "../interpreter/compiler.ts";
import { type BytecodePack, type PackJob, writePack } from "./bytecode-pack.ts";

/** Any number of the first, then one of the others. */
export type PackReply =
  | { readonly type: "at"; readonly path: string }
  | { readonly type: "done"; readonly pack: BytecodePack }
  | { readonly type: "failed"; readonly error: WireError };

let compiler: Promise<BytecodeCompiler> | undefined;

const send = (reply: PackReply): void => parentPort?.postMessage(reply);

async function answer(job: PackJob): Promise<void> {
  try {
    const pack = await writePack(job, {
      compiler: () => {
        compiler ??= startCompiler(job);
        return compiler;
      },
      lost: () => {
        compiler = undefined;
      },
      at: (path) => send({ type: "at", path }),
    });
    send({ type: "done", pack });
  } catch (error) {
    send({ type: "failed", error: toWire(error) });
  }
}

parentPort?.on("message", (job: PackJob) => {
  void answer(job);
});
