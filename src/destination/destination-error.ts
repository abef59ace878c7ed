import { OciasmError, systemCode } from "../errors.ts";
import { isDenied } from "../store/store-error.ts";

const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Gives a failed write at `dest=` its code and the way out; other errors stay what they are. */
export function destinationError(error: unknown, dest: string): unknown {
  const code = systemCode(error) ?? "";
  if (FULL.has(code)) {
    return new OciasmError("DISK_FULL", `no space left for ${dest}`, {
      hint: "free some space, or name a place on a larger disk with dest=",
      cause: error,
    });
  }
  if (isDenied(error)) {
    return new OciasmError("IO_ERROR", `${dest} can't be written: permission denied, or a read-only disk`, {
      hint: "name a place that you may write to with dest=",
      cause: error,
    });
  }
  return error;
}
