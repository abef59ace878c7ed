import type { VersionBound } from "./version-bound.ts";

/**
 * A set of versions as sorted intervals that neither overlap nor touch. Equal sets have equal representations. No
 * interval: the empty set.
 */
export interface VersionRange {
  readonly intervals: readonly VersionInterval[];
}

/** From `lower` to `upper`; absent: without an end on that side. */
export interface VersionInterval {
  readonly lower?: VersionBound;
  readonly upper?: VersionBound;
}
