/** Calls `bark` once when it was not fed for the time it was last given. */
export interface Watchdog {
  feed(seconds: number): void;
  /** While the other side is not the one that is waited for. */
  rest(): void;
  /** For good: later calls do nothing. */
  stop(): void;
}

export function watchdog(bark: (seconds: number) => void): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const rest = (): void => clearTimeout(timer);
  return {
    feed: (seconds) => {
      rest();
      if (!stopped) timer = setTimeout(bark, seconds * 1000, seconds);
    },
    rest,
    stop: () => {
      rest();
      stopped = true;
    },
  };
}

/** What a watchdog aborts a request with; ./network-error.ts knows its code as passing. */
export function stalled(seconds: number): Error {
  return Object.assign(new Error(`no byte moved for ${seconds} seconds`), { code: "STALLED" });
}
