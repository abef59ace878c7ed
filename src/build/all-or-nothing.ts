import { setMaxListeners } from "node:events";

/** One piece of work; it is to stop when its signal fires. */
export type Task<T> = (signal: AbortSignal) => Promise<T>;

/**
 * All results in the order of the tasks, or the first failure: then the others are told to stop, and are waited for, so
 * that nothing runs on behind the error. `place` decides how many run at once.
 */
export async function allOrNothing<T>(
  tasks: readonly Task<T>[],
  place: (task: () => Promise<T | undefined>) => Promise<T | undefined>,
  outer: AbortSignal,
): Promise<readonly T[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  setMaxListeners(0, signal);
  let failure: { readonly error: unknown } | undefined;
  const results: T[] = [];
  const run = async (task: Task<T>, at: number): Promise<undefined> => {
    if (signal.aborted) return;
    try {
      results[at] = await task(signal);
    } catch (error) {
      // Before the place is free: the next in line must find the signal up.
      failure ??= { error };
      stop.abort();
    }
  };
  await Promise.all(tasks.map((task, at) => place(() => run(task, at))));
  if (failure !== undefined) throw failure.error;
  outer.throwIfAborted();
  return results;
}
