import type { Asked } from "../../input/request.ts";
import type { SolverPackage } from "../pubgrub/solver-types.ts";

/** What the solver decides: a project, or one of its extras, which always has the project's own version. */
export interface Wanted extends SolverPackage {
  /** Normalised name of the project. */
  readonly project: string;
  readonly extra?: string;
}

/** Why something is needed: the user wrote it, or a package's metadata says so. */
export interface Cause {
  readonly asked?: Asked;
}

export const NO_CAUSE: Cause = {};

export function wantedProject(project: string): Wanted {
  return { key: project, name: project, project };
}

export function wantedExtra(project: string, extra: string): Wanted {
  const key = `${project}[${extra}]`;
  return { key, name: key, project, extra };
}
