import { OciasmError } from "../errors.ts";
import { printable } from "./printable.ts";

/** The error for an archive that is broken or that programs read in different ways. */
export function refuseTar(problem: string): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `tar archive ${problem}`);
}

export function refuseTarEntry(name: string, problem: string): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `tar entry "${printable(name)}" ${problem}`);
}
