import type { BuildEvent, LayerEvent, TransferEvent } from "../../events.ts";

/** What the events add up to so far. */
export interface Tally {
  readonly transfers: ReadonlyMap<string, TransferEvent>;
  readonly layers: ReadonlyMap<string, LayerEvent>;
}

/** Keeps the newest event of each transfer and each layer. */
export function createTally(): { readonly tally: Tally; add(event: BuildEvent): void } {
  const transfers = new Map<string, TransferEvent>();
  const layers = new Map<string, LayerEvent>();
  return {
    tally: { transfers, layers },
    add: (event) => {
      if (event.type === "transfer") transfers.set(`${event.what}:${event.id}`, event);
      if (event.type === "layer") layers.set(event.key, event);
    },
  };
}

export interface Sum {
  readonly count: number;
  readonly done: number;
  readonly bytes: number;
  readonly total: number;
}

export function sumTransfers(tally: Tally, what: readonly TransferEvent["what"][]): Sum {
  const events = [...tally.transfers.values()].filter((event) => what.includes(event.what) && event.state !== "reused");
  return {
    count: events.length,
    done: events.filter((event) => event.state === "done").length,
    bytes: events.reduce((sum, event) => sum + event.bytes, 0),
    total: events.reduce((sum, event) => sum + Math.max(event.total ?? event.bytes, event.bytes), 0),
  };
}

export function countLayers(tally: Tally, states: readonly LayerEvent["state"][]): number {
  return [...tally.layers.values()].filter((event) => states.includes(event.state)).length;
}
