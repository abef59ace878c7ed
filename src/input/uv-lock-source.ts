import { withoutCredentials } from "./direct.ts";
import type { TomlTable } from "./toml.ts";

/** Where a package of uv.lock comes from. */
export interface UvSource {
  readonly kind: SourceKind;
  /** The URL or path, as written. */
  readonly value: string;
  /** The same for equal sources: dependencies name it. */
  readonly key: string;
  /** Of an archive. */
  readonly subdirectory?: string;
}

export type SourceKind = (typeof KINDS)[number];

const KINDS = ["registry", "git", "url", "path", "directory", "editable", "virtual"] as const;

/** The `source` of a package or a dependency; undefined after a problem. */
export function readSource(table: TomlTable): UvSource | undefined {
  if (table.isString("source")) {
    const hint = "lock again with a newer uv: `uv lock`";
    table.problem("source is written as uv did before its locks were stable", "source", hint);
    return undefined;
  }
  const source = table.table("source");
  if (source === undefined) return undefined;
  const kinds = KINDS.filter((kind) => source.has(kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const found = kinds.length > 1 ? kinds.join(" and ") : source.keys().join(", ");
    table.problem(`source must be one of ${KINDS.join(", ")}${found === "" ? "" : `, not ${found}`}`, "source");
    return undefined;
  }
  const value = source.string(kind);
  if (value === undefined) return undefined;
  const subdirectory = source.string("subdirectory");
  const key = `${kind} ${value} ${subdirectory ?? ""}`;
  return { kind, value, key, ...(subdirectory === undefined ? {} : { subdirectory }) };
}

/** The source for a message: no login, and a git URL as `URL@COMMIT`. */
export function describeSource({ kind, value }: UvSource): string {
  const shown = withoutCredentials(value);
  return kind === "git" ? shown.replace(/\?[^#]*/, "").replace("#", "@") : shown;
}
