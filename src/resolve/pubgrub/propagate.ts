import { excludes, implies, isTrivial, negated } from "./claim.ts";
import type { ClauseStore } from "./clause-store.ts";
import { resolveConflict } from "./conflict.ts";
import type { Clause, Incompatibility, StateTerm } from "./incompatibility.ts";
import type { PackageState } from "./package-state.ts";
import { accumulatedOf, type PartialSolution } from "./partial-solution.ts";
import type { Ranks } from "./ranks.ts";
import type { SolverPackage } from "./solver-types.ts";

export interface Search<P extends SolverPackage, C> {
  readonly root: PackageState<P, C>;
  readonly store: ClauseStore<P, C>;
  readonly solution: PartialSolution<P, C>;
  readonly ranks: Ranks<P, C>;
}

/**
 * Draws all conclusions from what changed about packages, taking back decisions that turn out wrong. Returns the
 * incompatibility that rules out every solution, if one is found.
 */
export function propagate<P extends SolverPackage, C>(
  search: Search<P, C>,
  changed: readonly PackageState<P, C>[],
): Incompatibility<P, C> | undefined {
  const queue = new Set(changed);
  for (const state of queue) {
    queue.delete(state);
    const conflict = propagateOne(search, state, queue);
    if (conflict === undefined) continue;
    const resolved = resolveConflict(conflict.incompatibility, search.root);
    if (resolved.kind === "impossible") return resolved.incompatibility;
    const { incompatibility, level } = resolved;
    const clause = incompatibility === conflict.incompatibility ? conflict : search.store.add(incompatibility);
    search.ranks.record(state, incompatibility.terms);
    search.solution.backtrack(level);
    queue.clear();
    const concluded = conclude(search, clause);
    if (concluded === "conflict") queue.add(state);
    else if (concluded !== undefined) queue.add(concluded);
  }
  return undefined;
}

/** Returns a clause whose terms are all true. */
function propagateOne<P extends SolverPackage, C>(
  search: Search<P, C>,
  state: PackageState<P, C>,
  queue: Set<PackageState<P, C>>,
): Clause<P, C> | undefined {
  for (let index = state.clauses.length - 1; index >= 0; index -= 1) {
    const clause = state.clauses[index];
    if (clause === undefined) continue;
    if (clause.contradictedBy !== undefined && search.solution.stands(clause.contradictedBy)) continue;
    const concluded = conclude(search, clause);
    if (concluded === "conflict") return clause;
    if (concluded !== undefined) queue.add(concluded);
  }
  return undefined;
}

/** If all terms but one are true, the last one is false: returns its package. */
function conclude<P extends SolverPackage, C>(
  { solution }: Search<P, C>,
  clause: Clause<P, C>,
): PackageState<P, C> | "conflict" | undefined {
  let open: StateTerm<P, C> | undefined;
  for (const term of clause.incompatibility.terms) {
    const known = accumulatedOf(term.state);
    if (known !== undefined && implies(known, term)) continue;
    if (known !== undefined && excludes(known, term)) {
      clause.contradictedBy = term.state.assignments.at(-1);
      return undefined;
    }
    if (open !== undefined) return undefined;
    open = term;
  }
  if (open === undefined) return "conflict";
  clause.contradictedBy = solution.derive(open.state, negated(open), clause.incompatibility);
  return open.state;
}

/** Whether deciding `state` would make all terms true. */
export function wouldConflict<P extends SolverPackage, C>(clause: Clause<P, C>, state: PackageState<P, C>): boolean {
  return clause.incompatibility.terms.every((term) => {
    if (term.state === state) return true;
    const known = accumulatedOf(term.state);
    return known === undefined ? isTrivial(term) : implies(known, term);
  });
}
