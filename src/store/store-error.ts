import { isOciasmError, OciasmError, systemCode, toOciasmError } from "../errors.ts";

const DENIED = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR"]);

/** Gives a failed write below the cache directory its code and the way out. */
export function storeError(error: unknown, cacheDir: string): OciasmError {
  if (isOciasmError(error)) return error;
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") return fullCache(error, cacheDir);
  if (isDenied(error)) {
    return new OciasmError("IO_ERROR", `the cache directory ${cacheDir} can't be written to`, {
      hint: "point --cache-dir at a directory that you may write to",
      cause: error,
    });
  }
  return toOciasmError(error);
}

/** True when a place can't be written to, whoever asks or for whom asks. */
export function isDenied(error: unknown): boolean {
  const code = systemCode(error);
  // Node's recursive mkdir says ENOENT on a read-only file system.
  if (code === "ENOENT") return error instanceof Error && "syscall" in error && error.syscall === "mkdir";
  return code !== undefined && DENIED.has(code);
}

/** Names the directory in DISK_FULL for a temporary file of the store that others wrote; the rest stays what it is. */
export function nameFullCache(error: unknown, cacheDir: string): unknown {
  return toOciasmError(error).code === "DISK_FULL" ? fullCache(error, cacheDir) : error;
}

function fullCache(cause: unknown, cacheDir: string): OciasmError {
  return new OciasmError("DISK_FULL", `no space left in the cache directory ${cacheDir}`, {
    hint: "free some space, or point --cache-dir at a larger disk",
    cause,
  });
}
