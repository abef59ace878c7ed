import { bothClaims, type Claim, isTrivial } from "./claim.ts";
import type { Assignment, PackageState } from "./package-state.ts";
import type { Derivation, External, SolverPackage, Term } from "./solver-types.ts";

/** A term with the solver's own record of its package. */
export interface StateTerm<P extends SolverPackage, C> extends Term<P> {
  readonly state: PackageState<P, C>;
}

/** Terms that can't all be true, one for each package, with the proof. */
export interface Incompatibility<P extends SolverPackage, C> {
  readonly terms: readonly StateTerm<P, C>[];
  readonly proof: Derivation<P, C>;
}

/** Where an incompatibility is filed: its packages share it, so that a wider one can take its place. */
export interface Clause<P extends SolverPackage, C> {
  incompatibility: Incompatibility<P, C>;
  /** While this assignment stands, one of the terms is false. */
  contradictedBy: Assignment<P, C> | undefined;
}

export function stateTerm<P extends SolverPackage, C>(
  state: PackageState<P, C>,
  { range, positive }: Claim,
): StateTerm<P, C> {
  return { state, package: state.package, range, positive };
}

export function externalIncompatibility<P extends SolverPackage, C>(
  terms: readonly StateTerm<P, C>[],
  external: External<P, C>,
): Incompatibility<P, C> {
  const merged = mergeTerms(terms);
  return { terms: merged, proof: { kind: "external", terms: merged, external } };
}

export function derivedIncompatibility<P extends SolverPackage, C>(
  terms: readonly StateTerm<P, C>[],
  causes: readonly [Incompatibility<P, C>, Incompatibility<P, C>],
): Incompatibility<P, C> {
  const merged = mergeTerms(terms);
  return { terms: merged, proof: { kind: "derived", terms: merged, causes: [causes[0].proof, causes[1].proof] } };
}

/** One term for each package, none that is always true. */
function mergeTerms<P extends SolverPackage, C>(terms: readonly StateTerm<P, C>[]): readonly StateTerm<P, C>[] {
  const byState = new Map<PackageState<P, C>, StateTerm<P, C>>();
  for (const term of terms) {
    const other = byState.get(term.state);
    byState.set(term.state, other === undefined ? term : stateTerm(term.state, bothClaims(other, term)));
  }
  return [...byState.values()].filter((term) => !isTrivial(term));
}
