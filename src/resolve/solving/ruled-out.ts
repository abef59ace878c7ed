import { directKind, withoutCredentials } from "../../input/direct.ts";
import { complementRange, intersectRanges, rangeIsEmpty, type VersionRange } from "../../python/version-range.ts";
import type { Rules } from "../asked/rules.ts";
import { askedRange } from "./requirement-range.ts";

/** Versions that one constraint of the user's rules out. */
export interface RuledOut {
  readonly range: VersionRange;
  /** A predicate: "is ruled out by numpy<2 (constraints.txt:3)". */
  readonly reason: string;
}

/** The first constraint on `name` that rules out some of `range`. */
export function ruledOut(name: string, range: VersionRange, rules: Rules): RuledOut | undefined {
  for (const asked of rules.constraints.get(name) ?? []) {
    const { text, location, requirement } = asked;
    const place = `${location.file}:${location.line}`;
    if (requirement.url !== undefined && directKind(requirement.url) !== "wheel") {
      const from = withoutCredentials(requirement.url);
      return { range, reason: `is to come from ${from} (${place}), and nothing is built here` };
    }
    const out = intersectRanges(range, complementRange(askedRange(asked)));
    if (!rangeIsEmpty(out)) return { range: out, reason: `is ruled out by ${text} (${place})` };
  }
  return undefined;
}
