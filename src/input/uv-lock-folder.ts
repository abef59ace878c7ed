import * as posix from "node:path/posix";

/** A folder as it is compared: "." or "packages/api". */
export function normalFolder(path: string): string {
  const normal = posix.normalize(path === "" ? "." : path);
  return normal.length > 1 ? normal.replace(/\/$/, "") : normal;
}
