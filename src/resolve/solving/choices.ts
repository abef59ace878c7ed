import { compareVersions, type Version } from "../../python/version.ts";
import { boundAfter, boundBefore } from "../../python/version-bound.ts";
import {
  ANY_VERSION,
  intersectRanges,
  NO_VERSION,
  rangeBetween,
  rangeContains,
  unionRanges,
  type VersionRange,
} from "../../python/version-range.ts";
import type { Project, Release } from "../offer/release.ts";
import type { Choice } from "../pubgrub/solver-types.ts";

/** The first release inside the range that has a wheel for the target, or why there is none. */
export function chooseRelease(project: Project, range: VersionRange): Choice {
  const { releases, missing } = project;
  if (missing !== undefined) return { kind: "none", range: ANY_VERSION, reason: missing };
  const release = releases.find(({ version, offer }) => rangeContains(range, version) && offer().kind === "wheel");
  if (release !== undefined) return { kind: "version", version: release.version };
  const inside = releases.filter(({ version }) => rangeContains(range, version));
  return noneOf(inside, range);
}

/** One reason at a time; with the last one the rest of the range is answered too. */
function noneOf(inside: readonly Release[], range: VersionRange): Choice {
  const sorted = [...inside].sort((a, b) => compareVersions(a.version, b.version));
  const reasons = new Set(sorted.map(reasonOf));
  const [reason] = reasons;
  if (reason === undefined) return { kind: "none" };
  if (reasons.size === 1) return { kind: "none", reason };
  // A run may have versions in its midst that nobody asked about.
  return { kind: "none", reason, range: intersectRanges(runsOf(reason, sorted), range) };
}

function reasonOf(release: Release): string {
  const offer = release.offer();
  return offer.kind === "none" ? offer.reason : "";
}

/** From the first to the last of each run of versions with this reason. */
function runsOf(reason: string, sorted: readonly Release[]): VersionRange {
  const runs: [Version, Version][] = [];
  let open: [Version, Version] | undefined;
  for (const release of sorted) {
    if (reasonOf(release) !== reason) {
      open = undefined;
    } else if (open === undefined) {
      open = [release.version, release.version];
      runs.push(open);
    } else {
      open[1] = release.version;
    }
  }
  return runs.reduce(
    (all, [first, last]) => unionRanges(all, rangeBetween(boundBefore(first), boundAfter(last))),
    NO_VERSION,
  );
}
