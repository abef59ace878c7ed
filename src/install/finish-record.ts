import { OciasmError } from "../errors.ts";
import { formatRecord, type RecordRow } from "../python/record.ts";
import type { InstallPlan, PlannedRow } from "./plan.ts";

/** What was really written for a file. */
export interface WrittenFile {
  /** Hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** Image paths of the files whose hash the plan can't know: rewritten scripts, files without one in the wheel's RECORD. */
export function unhashedPaths(plan: InstallPlan): readonly string[] {
  return plan.recordRows.filter((row) => row.sha256 === undefined).map((row) => row.path);
}

/**
 * The text of the installed RECORD: one row for every file, sorted by name, its own without hash (PEP 376).
 * `written` holds at least `unhashedPaths(plan)`, by image path; a file that is in it is recorded as it was written.
 */
export function finishRecord(plan: InstallPlan, written: ReadonlyMap<string, WrittenFile>): string {
  const rows: RecordRow[] = plan.recordRows.map((row) => ({ path: row.name, ...pinOf(row, written.get(row.path)) }));
  rows.push({ path: `${plan.distInfo}/RECORD` });
  return formatRecord(rows.sort((a, b) => (a.path < b.path ? -1 : 1)));
}

function pinOf(row: PlannedRow, written: WrittenFile | undefined): WrittenFile {
  if (written !== undefined) return { sha256: written.sha256, size: written.size };
  if (row.sha256 !== undefined && row.size !== undefined) return { sha256: row.sha256, size: row.size };
  throw new OciasmError("BUG", `no hash is known of ${row.path}`);
}
