import { compareVersions, formatVersion, type Version } from "../../python/version.ts";
import { rangeContains, rangeIsAny, type VersionRange } from "../../python/version-range.ts";
import { formatRange } from "../../python/version-range-format.ts";
import type { SolverPackage } from "./solver-types.ts";

/** More runs than this are not listed. */
const MAX_RUNS = 4;

/** Names versions to people; `versions` of a package as `Describe` has them. */
export interface RangeWords<P extends SolverPackage> {
  /** What somebody asks for, as a requirement: `b>=2`, `b`. */
  asked(about: P, range: VersionRange): string;
  /** Versions that something is true of, as a subject: `b 1.0`, `every version of b`, `b>=2`. */
  subject(about: P, range: VersionRange): string;
}

export function rangeWords<P extends SolverPackage>(
  versions: (about: P) => readonly Version[] | undefined,
): RangeWords<P> {
  const sorted = new Map<string, readonly Version[]>();
  const known = (about: P): readonly Version[] => {
    const found = sorted.get(about.key) ?? [...(versions(about) ?? [])].sort(compareVersions);
    sorted.set(about.key, found);
    return found;
  };
  return {
    asked: ({ name }, range) => (rangeIsAny(range) ? name : joined(name, formatRange(range))),
    subject: (about, range) => subject(about.name, range, known(about)),
  };
}

function subject(name: string, range: VersionRange, known: readonly Version[]): string {
  const inside = known.map((version) => rangeContains(range, version));
  if (known.length !== 1 && (rangeIsAny(range) || (known.length > 0 && inside.every(Boolean)))) {
    return `every version of ${name}`;
  }
  const runs = inside.includes(true) ? runsOf(known, inside) : [];
  const text = runs.length === 0 || runs.length > MAX_RUNS ? formatRange(range) : runs.join(" or ");
  const single = /^==([^*,]+)$/.exec(text)?.[1];
  return single === undefined || single.includes(" ") ? joined(name, text) : `${name} ${single}`;
}

/** Neighbouring versions together, without an end where no version lies beyond it. */
function runsOf(known: readonly Version[], inside: readonly boolean[]): readonly string[] {
  const runs: string[] = [];
  for (let from = 0; from < known.length; from += 1) {
    if (inside[from] !== true) continue;
    let to = from;
    while (inside[to + 1] === true) to += 1;
    runs.push(runText(known, from, to));
    from = to;
  }
  return runs;
}

function runText(known: readonly Version[], from: number, to: number): string {
  const [first, last] = [known[from], known[to]].map((one) => (one === undefined ? "" : formatVersion(one)));
  if (from === to) return `==${first}`;
  if (from === 0) return `<=${last}`;
  return to === known.length - 1 ? `>=${first}` : `>=${first},<=${last}`;
}

function joined(name: string, text: string): string {
  return text.includes(" ") ? `${name} ${text}` : name + text;
}

/** "a", "a and b", "a, b and c". */
export function listed(texts: readonly string[], word: "and" | "or" = "and"): string {
  const last = texts.at(-1) ?? "";
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(", ")} ${word} ${last}`;
}
