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
  await Promise.all(
    tasks.map((task, at) =>
      place(async () => {
        if (signal.aborted) return undefined;
        results[at] = await task(signal);
        return undefined;
      }).catch((error: unknown) => {
        failure ??= { error };
        stop.abort();
      }),
    ),
  );
  if (failure !== undefined) throw failure.error;
  outer.throwIfAborted();
  return results;
}
