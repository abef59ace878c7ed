import { isOciasmError, OciasmError, systemCode, toOciasmError } from "../errors.ts";

const DENIED = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR"]);

/** Gives a failed write below the cache directory its code and the way out. */
export function storeError(error: unknown, cacheDir: string): OciasmError {
  if (isOciasmError(error)) return error;
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
    return new OciasmError("DISK_FULL", `no space left in the cache directory ${cacheDir}`, {
      hint: "free some space, or point --cache-dir at a larger disk",
      cause: error,
    });
  }
  if (code !== undefined && DENIED.has(code)) {
    return new OciasmError("IO_ERROR", `the cache directory ${cacheDir} can't be written to`, {
      hint: "point --cache-dir at a directory that you may write to",
      cause: error,
    });
  }
  return toOciasmError(error);
}
