import type { Analysis } from "./analysis.ts";

/** A limit that an image has to stay below: bytes, or a share of 0 to 1. */
export type Limit = { readonly bytes: number } | { readonly share: number };

export interface Limits {
  /** Of the blobs together. */
  readonly size?: Limit | undefined;
  /** Of dive's wasted bytes; a share is of all layers but the first, as dive's userWastedPercent. */
  readonly wasted?: Limit | undefined;
  /** Of unpacked bytes. */
  readonly reclaimable?: Limit | undefined;
}

/** How an image stands to a limit. */
export interface Gate {
  readonly name: keyof Limits;
  readonly limit: Limit;
  /** In the limit's unit. */
  readonly value: number;
  readonly passed: boolean;
}

export function checkGates(analysis: Analysis, { size, wasted, reclaimable }: Limits): readonly Gate[] {
  const { dive, unpacked } = analysis;
  return [
    ...gate("size", size, analysis.size, 1),
    ...gate("wasted", wasted, dive.wastedBytes, dive.wastedUserPercent),
    ...gate("reclaimable", reclaimable, analysis.reclaimable.bytes, shareOf(analysis.reclaimable.bytes, unpacked)),
  ];
}

function gate(name: keyof Limits, limit: Limit | undefined, bytes: number, share: number): readonly Gate[] {
  if (limit === undefined) return [];
  const value = "bytes" in limit ? bytes : share;
  return [{ name, limit, value, passed: value <= ("bytes" in limit ? limit.bytes : limit.share) }];
}

function shareOf(part: number, all: number): number {
  return all === 0 ? 0 : part / all;
}
