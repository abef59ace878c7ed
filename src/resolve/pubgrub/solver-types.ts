import type { Version } from "../../python/version.ts";
import type { VersionRange } from "../../python/version-range.ts";

/** What the solver decides a version for: a project, or a virtual package such as `torch[cpu]`. */
export interface SolverPackage {
  /** Equal keys are one package. */
  readonly key: string;
  /** For people: `torch`, `torch[cpu]`. */
  readonly name: string;
  /** Packages of one project share their rank, and are never in each other's way: `torch`, `torch[cpu]`. Default: the key. */
  readonly project?: string;
}

/**
 * What the solver asks of the world. P: the caller's own record of a package; C: why something is needed, opaque to the
 * solver and handed back in explanations. The answers must not depend on the order of the questions, except `choose`'s
 * preference among the versions of a range.
 */
export interface SolverSource<P extends SolverPackage, C> {
  /**
   * How early to decide a package: the largest first; at a tie one that conflicted often (see ./ranks.ts), then the one
   * that was met first. `conflicts` counts how often the package took part in a conflict. Asked again when `range` or
   * `conflicts` changes.
   */
  priority(about: P, range: VersionRange, conflicts: number): number;
  /** The version to try next: one inside `range`, or that none is left. */
  choose(about: P, range: VersionRange): Choice | Promise<Choice>;
  /** What a version needs. Asked only about versions that `choose` gave; once each. */
  dependencies(about: P, version: Version): Dependencies<P, C> | Promise<Dependencies<P, C>>;
  /** Says, once for each package, that it is wanted: a good moment to fetch. `range` may become smaller. */
  wanted?(about: P, range: VersionRange): void;
}

export type Choice =
  | { readonly kind: "version"; readonly version: Version }
  | {
      readonly kind: "none";
      /**
       * The versions of which this is known, when it is more or less than was asked about; it shares some with what was
       * asked. When it does not cover that, the rest is asked about again.
       */
      readonly range?: VersionRange;
      /** A predicate in the singular, as `Dependencies` has it: "is not in any index". Absent: no such version exists. */
      readonly reason?: string;
    };

export type Dependencies<P extends SolverPackage, C> =
  | { readonly kind: "known"; readonly dependencies: readonly Dependency<P, C>[] }
  | {
      readonly kind: "unavailable";
      /** A predicate in the singular whose subject is the package: "needs Python >=3.13", "has wheels only for win32". */
      readonly reason: string;
    };

/** `package` must have a version inside `range`. Several about one package all count. */
export interface Dependency<P extends SolverPackage, C> {
  readonly package: P;
  readonly range: VersionRange;
  /** Why: given back to `Describe.cause`. */
  readonly cause: C;
  /** The versions of the asking package of which this is true, where they are not just the one asked about. */
  readonly versions?: VersionRange;
}

export interface Problem<P extends SolverPackage, C> {
  /** Stands for what the user asks for; `dependencies` are its own. The source is never asked about it. */
  readonly root: P;
  readonly dependencies: readonly Dependency<P, C>[];
  readonly source: SolverSource<P, C>;
  readonly signal?: AbortSignal;
}

export type Outcome<P extends SolverPackage, C> =
  | { readonly kind: "solved"; readonly packages: readonly Decided<P>[] }
  | { readonly kind: "failed"; readonly proof: Derivation<P, C> };

/** In the order of the decisions, root left out. */
export interface Decided<P extends SolverPackage> {
  readonly package: P;
  readonly version: Version;
}

/** Why its terms can't hold together: a graph without cycles, in which a node may be shared. */
export type Derivation<P extends SolverPackage, C> =
  | {
      readonly kind: "derived";
      readonly terms: readonly Term<P>[];
      readonly causes: readonly [Derivation<P, C>, Derivation<P, C>];
    }
  | { readonly kind: "external"; readonly terms: readonly Term<P>[]; readonly external: External<P, C> };

/** One of several statements that can't all be true. */
export interface Term<P extends SolverPackage> {
  readonly package: P;
  readonly range: VersionRange;
  /** false: the package is not chosen, or not in `range`. */
  readonly positive: boolean;
}

export type External<P extends SolverPackage, C> =
  /** No version of `range` exists, or, with a reason, can be used. */
  | { readonly kind: "unavailable"; readonly package: P; readonly range: VersionRange; readonly reason?: string }
  /** `range` of `package` needs `on`; the causes of the first few versions that say so, without doubles. */
  | {
      readonly kind: "dependency";
      readonly package: P;
      readonly range: VersionRange;
      readonly on: P;
      readonly onRange: VersionRange;
      /** The package is the root: this is what the user asks for. */
      readonly asked: boolean;
      readonly causes: readonly C[];
    };

/** How to name things to a person. */
export interface Describe<P extends SolverPackage, C> {
  /** `requirements.txt:3`; undefined when there is nothing to add. */
  cause?(cause: C): string | undefined;
  /** All versions that exist, in any order, as far as they are known: ranges are then named by them. */
  versions?(about: P): readonly Version[] | undefined;
}
