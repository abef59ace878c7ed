import type { BytecodePack, PackJob } from "./bytecode-pack.ts";
import { type BytecodeThread, createBytecodeThread } from "./bytecode-thread.ts";

/** Threads that compile; the caller decides how many jobs run at once. */
export interface Compilers {
  run(job: PackJob, signal: AbortSignal): Promise<BytecodePack>;
  /** Ends them, and gives their memory back: an interpreter takes 100 MB. Jobs may follow. */
  close(): Promise<void>;
}

export function createCompilers(): Compilers {
  const idle: BytecodeThread[] = [];
  const all = new Set<BytecodeThread>();
  return {
    run: async (job, signal) => {
      const thread = idle.pop() ?? createBytecodeThread();
      all.add(thread);
      const pack = await thread.run(job, signal);
      idle.push(thread);
      return pack;
    },
    close: async () => {
      const ending = [...all];
      all.clear();
      idle.length = 0;
      await Promise.all(ending.map((thread) => thread.close()));
    },
  };
}
