import { OciasmError } from "../errors.ts";
import { printable } from "./printable.ts";

/** The error for an archive that is broken or that two readers could read in two ways. */
export function refuseZip(problem: string): OciasmError {
  return new OciasmError("WHEEL_INVALID", `zip archive ${problem}`);
}

export function refuseEntry(name: string, problem: string): OciasmError {
  return new OciasmError("WHEEL_INVALID", `zip entry "${printable(name)}" ${problem}`);
}
