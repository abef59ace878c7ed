import { formatVersion, parseVersion } from "../python/version.ts";
import type { TomlTable } from "./toml.ts";

/** The normalised `version` of a lock's row; undefined where there is none, and after a problem. */
export function readRowVersion(table: TomlTable): string | undefined {
  const text = table.string("version");
  if (text === undefined) return undefined;
  const version = parseVersion(text);
  if (version !== undefined) return formatVersion(version);
  table.problem(`${JSON.stringify(text)} is no version`, "version");
  return undefined;
}
