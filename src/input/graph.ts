import type { InputPackage } from "./input.ts";

/**
 * A lock whose packages are reached from roots along edges. `nodes` are named by their place in the list. Keys of the
 * records are normalised names; the records have no prototype.
 */
export interface LockGraph {
  readonly nodes: readonly LockNode[];
  /** The user's own projects: one, or the members of a workspace. They are roots and not packages of the image. */
  readonly roots: readonly LockRoot[];
  /** Sets of which at most one item may be active. */
  readonly conflicts: readonly (readonly ConflictItem[])[];
  /** Markers of which one must hold, for the lock was resolved for nothing else; absent or empty: for everything. */
  readonly forks?: readonly string[];
}

export interface LockNode {
  /** Its own `marker` and `requested` say nothing: edges decide. */
  readonly package: InputPackage;
  readonly edges: readonly LockEdge[];
  /** Nothing is installed of it itself, only what it needs. */
  readonly virtual?: boolean;
  /** What each extra adds. */
  readonly extras: Readonly<Record<string, readonly LockEdge[]>>;
}

export interface LockEdge {
  /** Place in `nodes`. */
  readonly to: number;
  readonly extras: readonly string[];
  /** PEP 508; in uv.lock it may ask for active conflict items by encoded `extra` values. */
  readonly marker?: string;
}

export interface LockRoot {
  /** Normalised; absent where the lock has requirements of no project. */
  readonly name?: string;
  /** Folder, relative to the lock's: "." or "packages/api". */
  readonly path: string;
  /** Where the project is a node too, because others depend on it. */
  readonly node?: number;
  readonly edges: readonly LockEdge[];
  readonly extras: Readonly<Record<string, readonly LockEdge[]>>;
  readonly groups: Readonly<Record<string, readonly LockEdge[]>>;
  readonly defaultGroups: readonly string[];
}

/** A whole project when neither extra nor group is named. */
export interface ConflictItem {
  readonly package: string;
  readonly extra?: string;
  readonly group?: string;
}
