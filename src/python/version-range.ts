import type { Version } from "./version.ts";
import { boundAfter, boundBefore, type VersionBound } from "./version-bound.ts";
import { versionOrderKey } from "./version-order.ts";

/**
 * A set of versions as sorted intervals that neither overlap nor touch, none of them empty. Equal sets have intervals
 * with equal keys. No interval: the empty set.
 */
export interface VersionRange {
  readonly intervals: readonly VersionInterval[];
}

/** From `lower` to `upper`; absent: without an end on that side. */
export interface VersionInterval {
  readonly lower?: VersionBound;
  readonly upper?: VersionBound;
}

export const ANY_VERSION: VersionRange = { intervals: [{}] };
export const NO_VERSION: VersionRange = { intervals: [] };

/** Nothing sorts before 0.dev0. */
const BOTTOM: string = versionOrderKey({ epoch: "0", release: ["0"], dev: "0" });
/** No key has this code unit. */
const TOP = "\uffff";

/** The versions between two cuts; none when they are the wrong way round. */
export function rangeBetween(lower: VersionBound | undefined, upper: VersionBound | undefined): VersionRange {
  const found = interval(lower, upper);
  return found === undefined ? NO_VERSION : { intervals: [found] };
}

/** One version and nothing else: without its local versions. */
export function exactRange(version: Version): VersionRange {
  return rangeBetween(boundBefore(version), boundAfter(version));
}

function interval(lower: VersionBound | undefined, upper: VersionBound | undefined): VersionInterval | undefined {
  const from = lower === undefined || lower.key <= BOTTOM ? undefined : lower;
  if (upper !== undefined && upper.key <= (from?.key ?? BOTTOM)) return undefined;
  if (from === undefined) return upper === undefined ? {} : { upper };
  return upper === undefined ? { lower: from } : { lower: from, upper };
}

function start({ lower }: VersionInterval): string {
  return lower === undefined ? BOTTOM : lower.key;
}

function end({ upper }: VersionInterval): string {
  return upper === undefined ? TOP : upper.key;
}

export function rangeIsEmpty(range: VersionRange): boolean {
  return range.intervals.length === 0;
}

/** Whether every version is in it. */
export function rangeIsAny({ intervals: [first] }: VersionRange): boolean {
  return first !== undefined && first.lower === undefined && first.upper === undefined;
}

export function rangeContains({ intervals }: VersionRange, version: Version): boolean {
  return rangeContainsKey(intervals, versionOrderKey(version));
}

function rangeContainsKey(intervals: readonly VersionInterval[], key: string): boolean {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = intervals[middle];
    if (candidate === undefined) return false;
    if (end(candidate) <= key) low = middle + 1;
    else high = middle;
  }
  const found = intervals[low];
  return found !== undefined && start(found) <= key;
}

export function rangesEqual(a: VersionRange, b: VersionRange): boolean {
  if (a === b) return true;
  if (a.intervals.length !== b.intervals.length) return false;
  return a.intervals.every((one, index) => {
    const other = b.intervals[index];
    return other !== undefined && start(one) === start(other) && end(one) === end(other);
  });
}

export function intersectRanges(a: VersionRange, b: VersionRange): VersionRange {
  if (a === b || rangeIsAny(b)) return a;
  if (rangeIsAny(a)) return b;
  const intervals: VersionInterval[] = [];
  forEachOverlap(a, b, (one, other) => {
    const both = interval(
      start(one) >= start(other) ? one.lower : other.lower,
      end(one) <= end(other) ? one.upper : other.upper,
    );
    if (both !== undefined) intervals.push(both);
    return true;
  });
  return intervals.length === 0 ? NO_VERSION : { intervals };
}

/** Calls with each pair that shares a version, in order, as long as it answers true; says whether it always did. */
function forEachOverlap(
  a: VersionRange,
  b: VersionRange,
  visit: (one: VersionInterval, other: VersionInterval) => boolean,
): boolean {
  let i = 0;
  let j = 0;
  for (;;) {
    const one = a.intervals[i];
    const other = b.intervals[j];
    if (one === undefined || other === undefined) return true;
    if (start(one) < end(other) && start(other) < end(one) && !visit(one, other)) return false;
    if (end(one) <= end(other)) i += 1;
    else j += 1;
  }
}

export function rangesAreDisjoint(a: VersionRange, b: VersionRange): boolean {
  return forEachOverlap(a, b, () => false);
}

/** Whether all of `inner` is in `outer`. */
export function isSubrange(inner: VersionRange, outer: VersionRange): boolean {
  if (inner === outer) return true;
  let j = 0;
  for (const one of inner.intervals) {
    let other = outer.intervals[j];
    while (other !== undefined && end(other) <= start(one)) other = outer.intervals[++j];
    if (other === undefined || start(other) > start(one) || end(other) < end(one)) return false;
  }
  return true;
}

export function complementRange(range: VersionRange): VersionRange {
  const intervals: VersionInterval[] = [];
  let lower: VersionBound | undefined;
  for (const { lower: from, upper } of range.intervals) {
    const gap = from === undefined ? undefined : interval(lower, from);
    if (gap !== undefined) intervals.push(gap);
    if (upper === undefined) return { intervals };
    lower = upper;
  }
  return lower === undefined ? ANY_VERSION : { intervals: [...intervals, { lower }] };
}

export function subtractRange(from: VersionRange, taken: VersionRange): VersionRange {
  return intersectRanges(from, complementRange(taken));
}

export function unionRanges(a: VersionRange, b: VersionRange): VersionRange {
  if (a === b || rangeIsEmpty(b)) return a;
  if (rangeIsEmpty(a)) return b;
  return { intervals: coalesced(mergedByStart(a.intervals, b.intervals)) };
}

function mergedByStart(a: readonly VersionInterval[], b: readonly VersionInterval[]): readonly VersionInterval[] {
  const merged: VersionInterval[] = [];
  let j = 0;
  for (const one of a) {
    for (let other = b[j]; other !== undefined && start(other) < start(one); other = b[++j]) merged.push(other);
    merged.push(one);
  }
  for (let other = b[j]; other !== undefined; other = b[++j]) merged.push(other);
  return merged;
}

/** The union of all of them. */
export function uniteAll(ranges: readonly VersionRange[]): VersionRange {
  const intervals = coalesced(ranges.flatMap((range) => range.intervals).sort(byStart));
  return intervals.length === 0 ? NO_VERSION : { intervals };
}

function coalesced(sorted: readonly VersionInterval[]): readonly VersionInterval[] {
  const intervals: VersionInterval[] = [];
  for (const one of sorted) {
    const last = intervals.at(-1);
    if (last === undefined || end(last) < start(one)) intervals.push(one);
    else if (end(one) > end(last)) intervals[intervals.length - 1] = joined(last, one);
  }
  return intervals;
}

function byStart(a: VersionInterval, b: VersionInterval): number {
  const [left, right] = [start(a), start(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function joined({ lower }: VersionInterval, { upper }: VersionInterval): VersionInterval {
  return { ...(lower === undefined ? {} : { lower }), ...(upper === undefined ? {} : { upper }) };
}
