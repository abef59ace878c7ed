/** Calls `bark` once when it was not fed for the time it was last given. */
export interface Watchdog {
  feed(seconds: number): void;
  /** While the other side is not the one that is waited for. */
  rest(): void;
}

export function watchdog(bark: (seconds: number) => void): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  return {
    feed: (seconds) => {
      clearTimeout(timer);
      timer = setTimeout(bark, seconds * 1000, seconds);
    },
    rest: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** What a watchdog aborts a request with; ./network-error.ts knows its code as passing. */
export function stalled(seconds: number): Error {
  return Object.assign(new Error(`no byte moved for ${seconds} seconds`), { code: "STALLED" });
}
