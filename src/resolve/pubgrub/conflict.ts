import { bothClaims, isImpossible, negated } from "./claim.ts";
import { derivedIncompatibility, type Incompatibility, stateTerm } from "./incompatibility.ts";
import type { Assignment, PackageState } from "./package-state.ts";
import { satisfierOf } from "./partial-solution.ts";
import type { SolverPackage } from "./solver-types.ts";

/** Where a conflict comes from, and how far back its reason lies. */
export type Resolved<P extends SolverPackage, C> =
  | { readonly kind: "impossible"; readonly incompatibility: Incompatibility<P, C> }
  | {
      readonly kind: "learned";
      readonly incompatibility: Incompatibility<P, C>;
      /** The level at which all terms but one are true already. */
      readonly level: number;
    };

/**
 * Follows an incompatibility whose terms are all true to one that shows which decision was wrong (PubGrub's conflict
 * resolution), or to one that says that there is no solution at all.
 */
export function resolveConflict<P extends SolverPackage, C>(
  conflict: Incompatibility<P, C>,
  root: PackageState<P, C>,
): Resolved<P, C> {
  let incompatibility = conflict;
  for (;;) {
    const recent = isTerminal(incompatibility, root) ? undefined : mostRecent(incompatibility);
    if (recent === undefined) return { kind: "impossible", incompatibility };
    const { satisfier, previousLevel } = recent;
    if (satisfier.cause === undefined || previousLevel < satisfier.level) {
      return { kind: "learned", incompatibility, level: previousLevel };
    }
    incompatibility = priorCause(incompatibility, satisfier, satisfier.cause, root);
  }
}

/** Only the root is left to blame. */
function isTerminal<P extends SolverPackage, C>({ terms }: Incompatibility<P, C>, root: PackageState<P, C>): boolean {
  const [first] = terms;
  return first === undefined || (terms.length === 1 && first.state === root);
}

interface Recent<P extends SolverPackage, C> {
  /** The assignment that made the last term true. */
  readonly satisfier: Assignment<P, C>;
  /** The level at which everything else was true. */
  readonly previousLevel: number;
}

function mostRecent<P extends SolverPackage, C>({ terms }: Incompatibility<P, C>): Recent<P, C> | undefined {
  let satisfier: Assignment<P, C> | undefined;
  let previousLevel = 0;
  for (const term of terms) {
    const found = satisfierOf(term.state, term);
    if (satisfier === undefined) satisfier = found;
    else {
      const [earlier, later] = found.index > satisfier.index ? [satisfier, found] : [found, satisfier];
      previousLevel = Math.max(previousLevel, earlier.level);
      satisfier = later;
    }
  }
  if (satisfier === undefined) return undefined;
  const rest = remainder(terms, satisfier);
  if (rest !== undefined) previousLevel = Math.max(previousLevel, satisfierOf(rest.state, rest).level);
  return { satisfier, previousLevel };
}

/** What earlier assignments of the satisfier's package add to make its term true; undefined when it does so alone. */
function remainder<P extends SolverPackage, C>(
  terms: Incompatibility<P, C>["terms"],
  { state, claim }: Assignment<P, C>,
): Incompatibility<P, C>["terms"][number] | undefined {
  const term = terms.find((one) => one.state === state);
  if (term === undefined) return undefined;
  const difference = bothClaims(claim, negated(term));
  return isImpossible(difference) ? undefined : stateTerm(state, negated(difference));
}

/** The incompatibility and the satisfier's cause, resolved over the satisfier's package. */
function priorCause<P extends SolverPackage, C>(
  incompatibility: Incompatibility<P, C>,
  satisfier: Assignment<P, C>,
  cause: Incompatibility<P, C>,
  root: PackageState<P, C>,
): Incompatibility<P, C> {
  const others = [...incompatibility.terms, ...cause.terms].filter(({ state }) => state !== satisfier.state);
  const rest = remainder(incompatibility.terms, satisfier);
  const terms = rest === undefined ? others : [...others, rest];
  const withoutRoot = terms.filter(({ state }) => state !== root);
  return derivedIncompatibility(withoutRoot, [incompatibility, cause]);
}
