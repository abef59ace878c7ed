import type { Occurrence } from "../merge.ts";
import { packageId } from "../packages.ts";
import type { Evidence, Rule } from "./finding.ts";
import { whole } from "./finding.ts";
import { type Fix, fixElsewhere, leaveOut, patternOf } from "./fixes.ts";
import { byOrigin, type Origin } from "./origin.ts";

// Small modules are alike everywhere, and nobody is the richer for them.
const LEAST = 4096;
// Who redistributes has to bring them along.
const LICENCE = /(^|\/)(licen[cs]e|copying|copyright|notice|authors)[^/]*$/i;

/** Files that other layers or other packages bring as well; the lowest copy is the one to keep. */
export const duplicates: Rule = (evidence) => {
  const copies: Occurrence[] = [];
  for (const [first, ...others] of sameContent(evidence).values()) {
    if (first === undefined) continue;
    const apart = new Set([first, ...others].map((each) => sourceOf(each, evidence)));
    if (apart.size > 1) copies.push(...others);
  }
  return [...byOrigin(copies, evidence)].map(([origin, found]) => ({
    kind: "duplicates",
    origin,
    parts: found.map(whole),
    fix: fixOf(origin, found, evidence),
  }));
};

function sameContent({ image }: Evidence): ReadonlyMap<string, readonly Occurrence[]> {
  const groups = new Map<string, Occurrence[]>();
  for (const occurrence of image.all) {
    const { sha256, size, path } = occurrence.file;
    if (sha256 === undefined || size < LEAST || occurrence.hidden !== undefined || LICENCE.test(path)) continue;
    const group = groups.get(sha256);
    if (group === undefined) groups.set(sha256, [occurrence]);
    else group.push(occurrence);
  }
  return groups;
}

function sourceOf(occurrence: Occurrence, { owners }: Evidence): string {
  const owner = owners.of.get(occurrence);
  return `${occurrence.layer} ${owner === undefined ? "" : packageId(owner)}`;
}

function fixOf(origin: Origin, found: readonly Occurrence[], evidence: Evidence): Fix {
  if (origin === "base" || origin === "system") return fixElsewhere(origin);
  if (origin === "project") return leaveOut(found.slice(0, 5).map(({ file }) => patternOf(file.path, evidence)));
  return { config: null, advice: "two packages bring the same file; see whether both are needed" };
}
