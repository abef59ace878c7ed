import { comparePublic, formatVersion, isPrerelease, type Version } from "./version.ts";
import {
  boundAfter,
  boundAfterLocals,
  boundAfterPrefix,
  boundBeforeRelease,
  type VersionBound,
} from "./version-bound.ts";
import { complementRange, rangeIsAny, rangeIsEmpty, type VersionInterval, type VersionRange } from "./version-range.ts";

/**
 * The range for people, in the words of a requirement: `>=1,<2`, `==1.0`, `>=1,!=1.5,<2`, `<1 or >=2`, `any`, `none`.
 * What can't be said exactly in those words (1.0 but not 1.0+local) is said in the nearest.
 */
export function formatRange(range: VersionRange): string {
  if (rangeIsEmpty(range)) return "none";
  if (rangeIsAny(range)) return "any";
  return formatWithGaps(range.intervals) ?? range.intervals.map((one) => formatInterval(one).join(",")).join(" or ");
}

/** `>=1,!=1.5,<2`, when all gaps are single versions or prefixes. */
function formatWithGaps(intervals: readonly VersionInterval[]): string | undefined {
  const inner = complementRange({ intervals }).intervals.filter(({ lower, upper }) => lower && upper);
  const gaps = inner
    .map(formatSingle)
    .filter((text) => text !== undefined)
    .map((text) => text.replace("==", "!="));
  if (gaps.length < inner.length || inner.length < intervals.length - 1) return undefined;
  const [from, to] = [intervals[0]?.lower, intervals.at(-1)?.upper];
  if (gaps.length === 0) return formatInterval(intervals[0] ?? {}).join(",");
  return [...(from ? [formatLower(from)] : []), ...gaps, ...(to ? [formatUpper(to)] : [])].join(",");
}

function formatInterval(one: VersionInterval): readonly string[] {
  const single = formatSingle(one);
  if (single !== undefined) return [single];
  return [...(one.lower ? [formatLower(one.lower)] : []), ...(one.upper ? [formatUpper(one.upper)] : [])];
}

/** `==1.0`, `==1.*`. */
function formatSingle({ lower, upper }: VersionInterval): string | undefined {
  if (lower === undefined || upper === undefined || lower.side !== "before") return undefined;
  const { version } = lower;
  if (upper.key === boundAfter(version).key) return equal(version);
  if (version.local === undefined && upper.key === boundAfterLocals(version).key) return equal(version);
  const { epoch, release } = version;
  if (lower.key !== boundBeforeRelease(epoch, release).key) return undefined;
  const prefix = upper.version.release.map((_, index) => release[index] ?? "0");
  if (release.slice(prefix.length).some((part) => part !== "0")) return undefined;
  if (upper.key !== boundAfterPrefix(epoch, prefix).key) return undefined;
  return `${equal({ epoch, release: prefix })}.*`;
}

function equal(version: Version): string {
  return `==${formatVersion(version)}`;
}

function formatLower({ version, side }: VersionBound): string {
  if (side !== "before") return `>${formatVersion(version)}`;
  const before = beforeSuccessor(version);
  return before === undefined ? `>=${formatVersion(version)}` : `>${formatVersion(before)}`;
}

function formatUpper({ version, side }: VersionBound): string {
  if (side !== "before") return `<=${formatVersion(version)}`;
  const before = beforeSuccessor(version);
  if (before !== undefined) return `<=${formatVersion(before)}`;
  const { dev, ...rest } = version;
  return `<${formatVersion(dev === "0" && !isPrerelease(rest) ? rest : version)}`;
}

/** 1.0 of 1.0.post0.dev0, the cut that comes after 1.0 and its local versions. */
function beforeSuccessor(version: Version): Version | undefined {
  if (version.dev !== "0" || version.post === undefined) return undefined;
  const { dev: _, post, ...rest } = version;
  if (post === "0") return rest;
  const before = { ...rest, post: String(BigInt(post) - 1n) };
  return comparePublic(before, version) < 0 ? before : undefined;
}
