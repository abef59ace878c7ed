import { OciasmError, type SourceLocation } from "../errors.ts";
import type { InputContext } from "./input.ts";
import type { Locate } from "./locate.ts";
import type { LogicalLine } from "./logical-lines.ts";
import type { RequirementsDraft } from "./requirements-draft.ts";

/** Where in the files a line stands, and what it adds to. */
export interface RequirementsReader {
  readonly file: string;
  readonly constraint: boolean;
  readonly override: boolean;
  /** The file and those that include it. */
  readonly stack: readonly string[];
  readonly context: InputContext;
  readonly draft: RequirementsDraft;
  readonly locate: Locate;
}

/** The place of a piece of a logical line; `start` and `end` are offsets in its text. */
export function place(reader: RequirementsReader, line: LogicalLine, start: number, end: number): SourceLocation {
  const from = line.offsetAt(start);
  return reader.locate(from, Math.max(1, line.offsetAt(Math.max(start, end - 1)) + 1 - from));
}

/** Keeps a problem with that piece; reading goes on. */
export function report(
  reader: RequirementsReader,
  line: LogicalLine,
  start: number,
  end: number,
  message: string,
  hint?: string,
): void {
  const location = place(reader, line, start, end);
  reader.draft.problems.add(new OciasmError("INPUT_INVALID", message, { location, hint }));
}
