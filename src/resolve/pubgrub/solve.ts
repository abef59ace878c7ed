import { OciasmError } from "../../errors.ts";
import { formatVersion, type Version } from "../../python/version.ts";
import { versionOrderKey } from "../../python/version-order.ts";
import {
  ANY_VERSION,
  exactRange,
  rangeContains,
  rangesAreDisjoint,
  type VersionRange,
} from "../../python/version-range.ts";
import { ClauseStore } from "./clause-store.ts";
import type { Clause } from "./incompatibility.ts";
import type { PackageState } from "./package-state.ts";
import { accumulatedOf, isDecided, PartialSolution } from "./partial-solution.ts";
import { plainProof } from "./proof.ts";
import { propagate, type Search, wouldConflict } from "./propagate.ts";
import { Ranks } from "./ranks.ts";
import type { Outcome, Problem, SolverPackage, SolverSource } from "./solver-types.ts";

interface Solver<P extends SolverPackage, C> extends Search<P, C> {
  readonly source: SolverSource<P, C>;
}

/**
 * Finds a version for each package that is needed, or the proof that there is none (PubGrub; dart-lang pub's solver.md).
 * Takes exponential time at worst; `signal` ends it with the reason of the abort. Throws what the source throws, and BUG
 * for a source that answers outside of what was asked.
 */
export async function solve<P extends SolverPackage, C>(problem: Problem<P, C>): Promise<Outcome<P, C>> {
  const solver = startSolver(problem);
  let changed: readonly PackageState<P, C>[] = [solver.root];
  for (;;) {
    problem.signal?.throwIfAborted();
    const impossible = propagate(solver, changed);
    if (impossible !== undefined) return { kind: "failed", proof: plainProof(impossible.proof) };
    changed = solver.ranks.update(solver.solution);
    if (changed.length > 0) continue;
    const next = nextToDecide(solver);
    if (next === undefined) break;
    const attempt = decide(solver, next);
    if (attempt !== undefined) await attempt;
    changed = [next];
  }
  const packages = solver.solution
    .decided()
    .flatMap(({ state, version }) => (version === undefined ? [] : [{ package: state.package, version }]));
  return { kind: "solved", packages };
}

function startSolver<P extends SolverPackage, C>({ root: about, dependencies, source }: Problem<P, C>): Solver<P, C> {
  const store = new ClauseStore<P, C>();
  const root = store.state(about);
  const solution = new PartialSolution<P, C>();
  solution.derive(root, { range: ANY_VERSION, positive: true });
  for (const dependency of dependencies) store.addDependency(root, ANY_VERSION, dependency);
  return { root, store, solution, ranks: new Ranks(), source };
}

/** The undecided package of the greatest priority; undefined when everything that is wanted has its version. */
function nextToDecide<P extends SolverPackage, C>(solver: Solver<P, C>): PackageState<P, C> | undefined {
  let best: PackageState<P, C> | undefined;
  let bestPriority = Number.NEGATIVE_INFINITY;
  for (const state of solver.store.all()) {
    const range = state === solver.root || isDecided(state) ? undefined : wantedRange(state);
    if (range === undefined) continue;
    const priority = priorityOf(solver, state, range);
    if (
      best === undefined ||
      priority > bestPriority ||
      (priority === bestPriority && solver.ranks.rankOf(state) > solver.ranks.rankOf(best))
    ) {
      best = state;
      bestPriority = priority;
    }
  }
  return best;
}

function wantedRange<P extends SolverPackage, C>(state: PackageState<P, C>): VersionRange | undefined {
  const known = accumulatedOf(state);
  return known?.positive === true ? known.range : undefined;
}

function priorityOf<P extends SolverPackage, C>(
  { source }: Solver<P, C>,
  state: PackageState<P, C>,
  range: VersionRange,
): number {
  if (!state.wanted) {
    state.wanted = true;
    source.wanted?.(state.package, range);
  }
  const { priority, affected, culprit } = state;
  const conflicts = affected + culprit;
  if (priority?.range === range && priority.conflicts === conflicts) return priority.value;
  const value = source.priority(state.package, range, conflicts);
  state.priority = { range, conflicts, value };
  return value;
}

/** Decides the package, or adds what forbids the version that the source would like. */
function decide<P extends SolverPackage, C>(
  solver: Solver<P, C>,
  state: PackageState<P, C>,
): Promise<void> | undefined {
  const range = wantedRange(state) ?? ANY_VERSION;
  return whenKnown(solver.source.choose(state.package, range), (choice) => {
    if (choice.kind === "version") return tryVersion(solver, state, range, choice.version);
    if (choice.range !== undefined && rangesAreDisjoint(choice.range, range)) {
      throw new OciasmError(
        "BUG",
        `the source speaks of other versions of ${state.package.name} than it was asked about`,
      );
    }
    solver.store.addUnavailable(state, choice.range ?? range, choice.reason);
    return undefined;
  });
}

function tryVersion<P extends SolverPackage, C>(
  solver: Solver<P, C>,
  state: PackageState<P, C>,
  range: VersionRange,
  version: Version,
): Promise<void> | undefined {
  if (!rangeContains(range, version)) {
    throw new OciasmError(
      "BUG",
      `the source chose ${state.package.name} ${formatVersion(version)}, which is not wanted`,
    );
  }
  if (state.expanded.has(versionOrderKey(version))) {
    solver.solution.decide(state, version);
    return undefined;
  }
  return expand(solver, state, version);
}

function expand<P extends SolverPackage, C>(
  solver: Solver<P, C>,
  state: PackageState<P, C>,
  version: Version,
): Promise<void> | undefined {
  const exact = exactRange(version);
  return whenKnown(solver.source.dependencies(state.package, version), (found) => {
    state.expanded.add(versionOrderKey(version));
    if (found.kind === "unavailable") {
      solver.store.addUnavailable(state, exact, found.reason);
      return undefined;
    }
    const clauses: Clause<P, C>[] = [];
    for (const dependency of found.dependencies) {
      const onItself = dependency.package.key === state.package.key;
      if (onItself && rangeContains(dependency.range, version)) continue;
      const versions = dependency.versions ?? exact;
      const clause = solver.store.addDependency(state, versions, dependency);
      if (rangeContains(versions, version)) clauses.push(clause);
    }
    const refused = clauses.find((clause) => wouldConflict(clause, state));
    if (refused === undefined) solver.solution.decide(state, version);
    else solver.ranks.record(state, refused.incompatibility.terms);
    return undefined;
  });
}

/** Goes on at once when the answer is there: a promise for each step would cost more than the step. */
function whenKnown<T>(answer: T | Promise<T>, use: (value: T) => Promise<void> | undefined): Promise<void> | undefined {
  return answer instanceof Promise ? answer.then(use) : use(answer);
}
