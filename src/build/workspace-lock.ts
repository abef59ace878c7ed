import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * uv's lock in the nearest folder above a project that has one: a workspace has one lock at its root. Where a
 * repository ends nobody looks further.
 */
export function workspaceLock(context: string): string | undefined {
  if (!existsSync(join(context, "pyproject.toml"))) return undefined;
  for (let folder = context; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "uv.lock"))) return join(folder, "uv.lock");
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) return undefined;
  }
}
