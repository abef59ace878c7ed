import pLimit from "p-limit";

/** Runs a task when one of a fixed number of places is free. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>;

/** How much may happen side by side; made once for a run. */
export interface Limits {
  readonly downloads: Limit;
  readonly requests: Limit;
  /** Layers that are made, and wheels that are looked into. */
  readonly layers: Limit;
  /** Of the places for layers, how many may compile bytecode: an interpreter takes 200 MB. */
  readonly compiling: number;
}

export function createLimits(jobs: number): Limits {
  return {
    downloads: pLimit(6),
    requests: pLimit(8),
    layers: pLimit(jobs),
    compiling: Math.max(1, Math.floor(jobs / 2)),
  };
}
