import type { Version } from "../../python/version.ts";
import type { VersionRange } from "../../python/version-range.ts";
import type { Claim } from "./claim.ts";
import type { Clause, Incompatibility } from "./incompatibility.ts";
import type { SolverPackage } from "./solver-types.ts";

/** What the solver keeps about one package. */
export interface PackageState<P extends SolverPackage, C> {
  readonly package: P;
  /** Counts up in the order in which packages are met. */
  readonly order: number;
  /** All that name the package, the oldest first. */
  readonly clauses: Clause<P, C>[];
  /** Clauses that may grow, by what they say besides the versions of this package. */
  readonly growing: Map<string, Clause<P, C>>;
  /** Order keys of the versions whose dependencies are among the clauses. */
  readonly expanded: Set<string>;
  /** What is assumed of the package now, the oldest first; the levels never fall. */
  readonly assignments: Assignment<P, C>[];
  /** How often a version of it was rejected because of other packages. */
  affected: number;
  /** How often it was why a version of another was. */
  culprit: number;
  wanted: boolean;
  priority: { readonly range: VersionRange; readonly conflicts: number; readonly value: number } | undefined;
}

/** One step of the partial solution. */
export interface Assignment<P extends SolverPackage, C> {
  readonly state: PackageState<P, C>;
  /** Position among all assignments. */
  readonly index: number;
  /** How many decisions came before it, itself included. */
  readonly level: number;
  readonly claim: Claim;
  /** This and all earlier assignments of the package. */
  readonly accumulated: Claim;
  /** Absent: a decision. */
  readonly cause?: Incompatibility<P, C>;
  /** Only of a decision. */
  readonly version?: Version;
}

export function packageState<P extends SolverPackage, C>(about: P, order: number): PackageState<P, C> {
  return {
    package: about,
    order,
    clauses: [],
    growing: new Map(),
    expanded: new Set(),
    assignments: [],
    affected: 0,
    culprit: 0,
    wanted: false,
    priority: undefined,
  };
}
