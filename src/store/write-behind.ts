import type { KeyIndex } from "./blob-store.ts";

export interface WriteBehind extends KeyIndex {
  /** Waits until all lies where it was to be written; throws what a write threw. */
  settle(): Promise<void>;
}

interface Waiting {
  readonly value: unknown;
  written: Promise<void>;
}

/** Values that wait to be written: whoever has more waits with them, before memory is full of them. */
const MOST_WAITING = 32;

/** Makes nobody wait for what is only remembered: what is not yet written is answered from memory. */
export function createWriteBehind(index: KeyIndex): WriteBehind {
  const all = new Map<string, Waiting>();
  return {
    get: async <T>(bucket: string, key: string): Promise<T | undefined> => {
      const waiting = all.get(nameOf(bucket, key));
      return waiting === undefined ? index.get<T>(bucket, key) : (waiting.value as T);
    },
    holds: async (bucket, key) => all.has(nameOf(bucket, key)) || index.holds(bucket, key),
    set: async (bucket, key, value) => {
      const name = nameOf(bucket, key);
      const before = all.get(name)?.written;
      const waiting: Waiting = { value, written: Promise.resolve() };
      all.set(name, waiting);
      waiting.written = (async () => {
        // Of two writes the later one must win.
        await before;
        await index.set(bucket, key, value);
        if (all.get(name) === waiting) all.delete(name);
      })();
      // Told by `settle`.
      const ended = waiting.written.catch(() => {});
      if (all.size > MOST_WAITING) await ended;
    },
    settle: async () => {
      while (all.size > 0) await Promise.all([...all.values()].map(({ written }) => written));
    },
  };
}

function nameOf(bucket: string, key: string): string {
  return `${bucket} ${key}`;
}
