import { OciasmError } from "../errors.ts";

/** Where the bytes with this sha256 lie on this host; `name` is what they are of. */
export function hostPath(paths: Readonly<Record<string, string>>, sha256: string, name: string): string {
  const path = Object.hasOwn(paths, sha256) ? paths[sha256] : undefined;
  if (path !== undefined) return path;
  throw new OciasmError("BUG", `no host path was given for ${name}`);
}
