import type { ZipEntry } from "../archive/zip-entry.ts";
import { OciasmError } from "../errors.ts";

/** What must be known of a wheel to plan its installation: its directory and the few small members that decide. */
export interface WheelContents {
  /** As on the index: name, version and tags are read from it. */
  readonly filename: string;
  readonly entries: readonly ZipEntry[];
  /** Text of `*.dist-info/WHEEL`. */
  readonly wheelFile: string;
  /** Text of `*.dist-info/RECORD`, if there is one. */
  readonly record: string | undefined;
  /** Text of `*.dist-info/METADATA`. */
  readonly metadata: string;
  /** Text of `*.dist-info/entry_points.txt`. */
  readonly entryPoints?: string;
  /** Text of direct_url.json to be written (PEP 610). */
  readonly directUrl?: string;
  /** The first bytes of each of `scriptEntries`, by entry name: SCRIPT_HEAD_BYTES or the whole file if shorter. */
  readonly scriptHeads: ReadonlyMap<string, Uint8Array>;
  /** Image paths (glob) that another package was chosen to provide. */
  readonly exclude?: readonly string[];
}

/** How much of a script `planInstall` wants to see: a first line longer than this is refused. */
export const SCRIPT_HEAD_BYTES = 4096;

export function wheelInvalid(filename: string, problem: string, hint?: string): OciasmError {
  return new OciasmError("WHEEL_INVALID", `${filename}: ${problem}`, { hint });
}
