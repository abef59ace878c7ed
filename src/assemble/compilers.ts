import type { BytecodePack, PackJob } from "./bytecode-pack.ts";
import { type BytecodeThread, createBytecodeThread } from "./bytecode-thread.ts";

/** Threads that compile; the caller decides how many jobs run at once. */
export interface Compilers {
  run(job: PackJob, signal: AbortSignal): Promise<BytecodePack>;
  /** Ends those that have nothing to do, and gives their memory back: an interpreter takes 150 MB. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export function createCompilers(): Compilers {
  const idle: BytecodeThread[] = [];
  const all = new Set<BytecodeThread>();
  const end = async (threads: Iterable<BytecodeThread>): Promise<void> => {
    await Promise.all([...threads].map((thread) => thread.close()));
  };
  return {
    run: async (job, signal) => {
      const thread = idle.pop() ?? createBytecodeThread();
      all.add(thread);
      const pack = await thread.run(job, signal);
      idle.push(thread);
      return pack;
    },
    rest: () => end(idle.splice(0)),
    close: () => end(all),
  };
}
