/** Work that will probably be wanted: a few at a time, oldest first, and nobody hears of its failures. */
export interface Foresight {
  add(work: () => Promise<unknown>): void;
  /** Forgets what has not begun and waits for what has. */
  close(): Promise<void>;
}

/** More foreseen questions than this were not asked after all. */
const MAX_WAITING = 2000;

export function createForesight(places: number): Foresight {
  const waiting: (() => Promise<unknown>)[] = [];
  const running = new Set<Promise<void>>();
  let isClosed = false;
  const next = (): void => {
    if (running.size >= places) return;
    const work = waiting.shift();
    if (work === undefined) return;
    const run: Promise<void> = quietly(work).then(() => {
      running.delete(run);
      next();
    });
    running.add(run);
  };
  return {
    add: (work) => {
      if (isClosed) return;
      waiting.push(work);
      if (waiting.length > MAX_WAITING) waiting.shift();
      next();
    },
    close: async () => {
      isClosed = true;
      waiting.length = 0;
      await Promise.all(running);
    },
  };
}

/** Whoever asks in earnest gets the error. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch {
    return;
  }
}
