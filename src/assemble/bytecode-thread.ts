import { rm } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { fromWire, OciasmError } from "../errors.ts";
import type { BytecodePack, PackJob } from "./bytecode-pack.ts";
import type { PackReply } from "./bytecode-worker.ts";

/**
 * The stack is deep enough for the interpreter's own limits to be met first, which are the same everywhere. What it
 * prints of its own end goes nowhere.
 */
const OPTIONS = {
  resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8, stackSizeMb: 64 },
  stdout: true,
  stderr: true,
} as const;

/** The slowest module of a known package takes three seconds. */
const LONGEST_SECONDS = 300;

/** A thread with an interpreter, started when there is work for it. One job at a time. */
export interface BytecodeThread {
  /** Throws WHEEL_INVALID or ARCHIVE_INVALID, or INTERRUPTED when the signal fires; no file of the job is left then. */
  run(job: PackJob, signal: AbortSignal): Promise<BytecodePack>;
  close(): Promise<void>;
}

export function createBytecodeThread(longestSeconds: number = LONGEST_SECONDS): BytecodeThread {
  let worker: Worker | undefined;
  const close = async (): Promise<void> => {
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };
  return {
    run: async (job, signal) => {
      signal.throwIfAborted();
      worker ??= new Worker(new URL("./bytecode-worker.js", import.meta.url), OPTIONS);
      try {
        return await exchange(worker, job, signal, longestSeconds * 1000);
      } catch (error) {
        await close();
        const files = [job.packPath, job.listingPath, `${job.packPath}.spool`];
        await Promise.all(files.map((path) => rm(path, { force: true })));
        if (signal.aborted) throw new OciasmError("INTERRUPTED", "interrupted", { cause: signal.reason });
        throw error;
      }
    },
    close,
  };
}

function exchange(worker: Worker, job: PackJob, signal: AbortSignal, longest: number): Promise<BytecodePack> {
  const { of } = job.source;
  const settled = new AbortController();
  return new Promise<BytecodePack>((resolve, reject) => {
    let module = of.filename;
    const late = (): void => reject(tooSlow(module, longest));
    let timer = setTimeout(late, longest);
    const onMessage = (reply: PackReply): void => {
      clearTimeout(timer);
      if (reply.type === "done") resolve(reply.pack);
      else if (reply.type === "failed") reject(fromWire(reply.error));
      else {
        module = reply.path;
        timer = setTimeout(late, longest);
      }
    };
    const onEnd = (error: unknown): void => {
      reject(new OciasmError("BUG", `the thread that compiles ${module} failed`, { cause: error }));
    };
    const onAbort = (): void => reject(signal.reason as Error);
    worker.on("message", onMessage);
    worker.on("error", onEnd);
    worker.on("exit", onEnd);
    signal.addEventListener("abort", onAbort);
    settled.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      worker.off("message", onMessage);
      worker.off("error", onEnd);
      worker.off("exit", onEnd);
      signal.removeEventListener("abort", onAbort);
    });
    worker.postMessage(job);
  }).finally(() => settled.abort());
}

function tooSlow(module: string, milliseconds: number): OciasmError {
  return new OciasmError("WHEEL_INVALID", `compiling ${module} takes longer than ${milliseconds / 1000} s`, {
    hint: "build with --bytecode none, or exclude the package that brings it",
  });
}
