import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A file's hash in hex and its size in bytes; undefined when it could not be read. */
export type HashReply = { readonly sha256: string; readonly size: number } | undefined;

/** Reading and hashing takes turns in one thread: two of them read 2 GB a second, more wait for memory. */
const THREADS = 2;
/** Milliseconds. A thread that waits holds ten megabytes. */
const IDLE = 200;

interface HashThread {
  readonly worker: Worker;
  timer?: NodeJS.Timeout;
}

let running = 0;
const idle: HashThread[] = [];
const waiting: (() => void)[] = [];

/** The sha256 of an open file by a thread of its own; when `signal` fires, that thread has ended before this rejects. */
export async function hashInThread(descriptor: number, signal: AbortSignal | undefined): Promise<HashReply> {
  while (running >= THREADS) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    signal?.throwIfAborted();
    return await ask(idle.pop() ?? startThread(), descriptor, signal);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function startThread(): HashThread {
  const worker = new Worker(new URL("./hash-worker.js", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  return { worker };
}

async function ask(thread: HashThread, descriptor: number, signal: AbortSignal | undefined): Promise<HashReply> {
  const { worker } = thread;
  clearTimeout(thread.timer);
  worker.ref();
  try {
    const answer = once(worker, "message", signal === undefined ? {} : { signal });
    worker.postMessage(descriptor);
    const [reply] = (await answer) as [HashReply];
    worker.unref();
    thread.timer = setTimeout(() => end(thread), IDLE).unref();
    idle.push(thread);
    return reply;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function end(thread: HashThread): void {
  idle.splice(idle.indexOf(thread), 1);
  void thread.worker.terminate();
}
