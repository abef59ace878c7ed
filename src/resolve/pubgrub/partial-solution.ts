import type { Version } from "../../python/version.ts";
import { exactRange } from "../../python/version-range.ts";
import { bothClaims, type Claim, implies } from "./claim.ts";
import type { Incompatibility } from "./incompatibility.ts";
import type { Assignment, PackageState } from "./package-state.ts";
import type { SolverPackage } from "./solver-types.ts";

/** What is assumed and what follows from it, in order; each decision opens a level that can be taken back as a whole. */
export class PartialSolution<P extends SolverPackage, C> {
  private readonly assignments: Assignment<P, C>[] = [];
  /** The decisions of the levels 1 and up. */
  private readonly decisions: Assignment<P, C>[] = [];

  get level(): number {
    return this.decisions.length;
  }

  decision(level: number): Assignment<P, C> | undefined {
    return this.decisions[level - 1];
  }

  decided(): readonly Assignment<P, C>[] {
    return this.decisions;
  }

  decide(state: PackageState<P, C>, version: Version): void {
    const claim = { range: exactRange(version), positive: true };
    const level = this.level + 1;
    const { length: index } = this.assignments;
    this.decisions.push(this.push({ state, index, level, claim, accumulated: claim, version }));
  }

  /** `cause` absent: an assumption at the level of now, as the root is. */
  derive(state: PackageState<P, C>, claim: Claim, cause?: Incompatibility<P, C>): Assignment<P, C> {
    const before = accumulatedOf(state);
    const accumulated = before === undefined ? claim : bothClaims(before, claim);
    const position = { index: this.assignments.length, level: this.level };
    return this.push({ state, ...position, claim, accumulated, ...(cause === undefined ? {} : { cause }) });
  }

  /** Whether the assignment has not been taken back. */
  stands(assignment: Assignment<P, C>): boolean {
    return this.assignments[assignment.index] === assignment;
  }

  /** Takes back everything above a level. */
  backtrack(level: number): void {
    this.decisions.length = level;
    for (let last = this.assignments.at(-1); last !== undefined && last.level > level; last = this.assignments.at(-1)) {
      last.state.assignments.pop();
      this.assignments.pop();
    }
  }

  private push(assignment: Assignment<P, C>): Assignment<P, C> {
    this.assignments.push(assignment);
    assignment.state.assignments.push(assignment);
    return assignment;
  }
}

export function accumulatedOf<P extends SolverPackage, C>(state: PackageState<P, C>): Claim | undefined {
  return state.assignments.at(-1)?.accumulated;
}

/** The version that is decided now. */
export function isDecided<P extends SolverPackage, C>(state: PackageState<P, C>): boolean {
  return state.assignments.at(-1)?.version !== undefined;
}

/** The first assignment with which `claim` is true; it must be true now. */
export function satisfierOf<P extends SolverPackage, C>(state: PackageState<P, C>, claim: Claim): Assignment<P, C> {
  const { assignments } = state;
  let low = 0;
  let high = assignments.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = assignments[middle];
    if (found !== undefined && implies(found.accumulated, claim)) high = middle;
    else low = middle + 1;
  }
  const found = assignments[low];
  if (found === undefined) throw new Error(`nothing is known of ${state.package.name}`);
  return found;
}
