import { readFile } from "node:fs/promises";

/** What a build may take. */
export interface BuildLimits {
  /** For each hook. */
  readonly seconds: number;
  /** Bytes of Python's memory, and of its files. */
  readonly memory: number;
  /** Bytes of what comes out. */
  readonly result: number;
}

export const BUILD_LIMITS: BuildLimits = { seconds: 300, memory: 2 ** 30, result: 2 ** 29 };

/** How often the process is looked at, in milliseconds. */
const EVERY = 200;
/** Linux counts pages; they have this size wherever node runs but on some ARM kernels, where less is noticed. */
const PAGE = 4096;
/** The runtime itself, and what the walls inside have not counted yet. */
const SLACK = 2 ** 30;

/**
 * Calls `tooMuch` when a process holds more than twice `memory`: Python's own and its files are bounded inside, this is
 * for what gets around that. On Linux only. Gives what ends it.
 */
export function watchMemory(pid: number | undefined, memory: number, tooMuch: () => void): () => void {
  if (pid === undefined || process.platform !== "linux") return () => {};
  const timer = setInterval(() => {
    void residentBytes(pid).then((bytes) => {
      if (bytes > 2 * memory + SLACK) tooMuch();
    });
  }, EVERY);
  timer.unref();
  return () => clearInterval(timer);
}

async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, "latin1").catch(() => "");
  return Number(text.split(" ")[1] ?? 0) * PAGE;
}
