import { rangeIsAny, rangeIsEmpty } from "../../python/version-range.ts";
import { listed, type RangeWords } from "./range-words.ts";
import type { External, SolverPackage, Term } from "./solver-types.ts";

/** How a subject starts that stands for all versions. */
const EVERY = "every ";

/** How a wish of the user starts. */
export const ASKED = "you ask for ";

export const HOPELESS = "your requirements can't be met";

/** What follows when the terms can't all be true: `a 1.0 needs b>=2`. */
export function conclusion<P extends SolverPackage>(terms: readonly Term<P>[], words: RangeWords<P>): string {
  const have = terms.filter(({ positive }) => positive).map((term) => words.subject(term.package, term.range));
  const need = terms.filter(({ positive }) => !positive).map((term) => words.asked(term.package, term.range));
  if (need.length === 0) return excluded(have);
  if (have.length === 0) return `${listed(need, "or")} is needed`;
  const verb = have.length === 1 ? "needs" : "together need";
  return `${listed(have)} ${verb} ${listed(need, "or")}`;
}

function excluded(have: readonly string[]): string {
  const [first, second] = have;
  if (first === undefined) return HOPELESS;
  if (second === undefined) {
    return first.startsWith(EVERY) ? `no ${first.slice(EVERY.length)} can be used` : `${first} can't be used`;
  }
  if (have.length > 2) return `${listed(have)} can't be used together`;
  const [one, other] = second.startsWith(EVERY) ? [second, first] : [first, second];
  if (!one.startsWith(EVERY)) return `${one} can't be used with ${other}`;
  return `no ${one.slice(EVERY.length)} can be used with ${other.startsWith(EVERY) ? other.replace(EVERY, "any ") : other}`;
}

/** A fact that the solver was told. `place`: where it comes from. */
export function fact<P extends SolverPackage, C>(
  external: External<P, C>,
  words: RangeWords<P>,
  place: (causes: readonly C[]) => string,
): string {
  if (external.kind === "unavailable") {
    const { package: about, range, reason } = external;
    if (reason === undefined) return `there is no ${words.asked(about, range)}`;
    return rangeIsAny(range) ? `${about.name} ${reason}` : `${words.subject(about, range)} ${reason}`;
  }
  const { package: about, range, on, onRange, asked, causes } = external;
  const who = asked ? ASKED : `${words.subject(about, range)} needs `;
  const what = rangeIsEmpty(onRange) ? `${on.name} within bounds that exclude each other` : words.asked(on, onRange);
  return `${who}${what}${place(causes)}`;
}
