import type { SourceLocation } from "../errors.ts";
import { collectProblems, type Problems } from "./problems.ts";
import type { RequirementText } from "./requirement-line.ts";
import { newOptions, type OptionsDraft } from "./requirements-options.ts";

/** One requirement or constraint as it stands in a file. */
export interface RequirementEntry {
  readonly requirement: RequirementText;
  readonly editable: boolean;
  readonly constraint: boolean;
  readonly override: boolean;
  /** Lower-case hex. */
  readonly sha256: readonly string[];
  /** Any `--hash` at all, which turns pip's hash-checking mode on. */
  readonly hasHash: boolean;
  readonly file: string;
  readonly location: SourceLocation;
}

/** What all files of one request say together. */
export interface RequirementsDraft {
  readonly entries: RequirementEntry[];
  readonly options: OptionsDraft;
  readonly problems: Problems;
  readonly warnings: string[];
  /** Files read so far: a guard against include trees that grow without end. */
  files: number;
}

/** Nothing read yet. */
export function newDraft(): RequirementsDraft {
  return { entries: [], options: newOptions(), problems: collectProblems(), warnings: [], files: 0 };
}
