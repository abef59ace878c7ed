import type { StateTerm } from "./incompatibility.ts";
import type { PackageState } from "./package-state.ts";
import type { PartialSolution } from "./partial-solution.ts";
import type { SolverPackage } from "./solver-types.ts";

/** After so many conflicts the order changes: uv's bound. */
const MANY_CONFLICTS = 5;

const [ORDINARY, OFTEN_IN_THE_WAY, OFTEN_REJECTED] = [0, 1, 2] as const;

/**
 * Who is decided early because of conflicts, by uv's rule: a package of which many versions were rejected first, then
 * one that was often why, which is taken back so that the order can change. How often beyond that does not count, or of
 * two that conflict the one that others conflict with too would always stay the first.
 */
export class Ranks<P extends SolverPackage, C> {
  private readonly ranks = new Map<string, number>();
  private readonly rejected: PackageState<P, C>[] = [];
  private readonly inTheWay: PackageState<P, C>[] = [];

  /** `terms` can't all be true, which rejects a version of `affected`. */
  record(affected: PackageState<P, C>, terms: readonly StateTerm<P, C>[]): void {
    const culprits = terms.filter(({ state }) => projectOf(state) !== projectOf(affected));
    for (const { state } of culprits) {
      state.culprit += 1;
      if (state.culprit === MANY_CONFLICTS) this.inTheWay.push(state);
    }
    if (culprits.length === 0) return;
    affected.affected += 1;
    if (affected.affected === MANY_CONFLICTS) this.rejected.push(affected);
  }

  /**
   * Gives the ranks that were earned since the last time. Where decisions were taken back for them, returns the
   * packages about which there may be something to conclude without those.
   */
  update(solution: PartialSolution<P, C>): readonly PackageState<P, C>[] {
    const { level } = solution;
    const rejected = this.rejected.splice(0);
    for (const state of rejected) this.ranks.set(projectOf(state), OFTEN_REJECTED);
    for (const state of this.inTheWay.splice(0)) {
      if (this.rankOf(state) !== ORDINARY) continue;
      this.ranks.set(projectOf(state), OFTEN_IN_THE_WAY);
      const last = state.assignments.at(-1);
      if (last?.version !== undefined) solution.backtrack(last.level - 1);
    }
    return solution.level < level ? rejected : [];
  }

  /** The greatest first. */
  rankOf(state: PackageState<P, C>): number {
    return this.ranks.get(projectOf(state)) ?? ORDINARY;
  }
}

function projectOf<P extends SolverPackage, C>({ package: { project, key } }: PackageState<P, C>): string {
  return project ?? key;
}
