import { isValidName, normalizeName } from "../python/name.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import { formatVersion, parseVersion } from "../python/version.ts";
import { fileUrl, isUrl, withoutCredentials } from "./direct.ts";
import type { InputPackage } from "./input.ts";
import { builtFrom, directSource, hashesOf, type LockedFile, readLockedFile, withoutHash } from "./locked-files.ts";
import { gitSources } from "./package-sources.ts";
import { poetryRequiresPython } from "./poetry-python.ts";
import type { TomlTable } from "./toml.ts";

export interface PoetryPackage {
  readonly table: TomlTable;
  readonly package: InputPackage;
  /** `legacy`, `url`, `git`, `file`, `directory`; absent: the default index. */
  readonly sourceType?: string;
  readonly sourceName?: string;
}

/** Files of packages by normalised name, as lock-version 1.x has them below `metadata.files`. */
export type FilesByName = (name: string) => readonly LockedFile[];

export function filesOfMetadata(metadata: TomlTable | undefined): FilesByName {
  const table = metadata?.has("files") === true ? metadata.table("files") : undefined;
  const keys = new Map((table?.keys() ?? []).map((key) => [normalizeName(key), key]));
  return (name) => {
    const key = keys.get(name);
    return key === undefined ? [] : (table?.tables(key) ?? []).map(readLockedFile);
  };
}

/** One `[[package]]`; undefined when it has no name or version, or is the project itself. */
export function readPoetryPackage(table: TomlTable, older: FilesByName, lockFile: string): PoetryPackage | undefined {
  table.demand("name");
  table.demand("version");
  const rawName = table.string("name");
  const rawVersion = table.string("version");
  if (rawName === undefined || rawVersion === undefined) return undefined;
  if (!isValidName(rawName)) table.problem(`${JSON.stringify(rawName)} is no package name`, "name");
  const version = parseVersion(rawVersion);
  if (version === undefined) table.problem(`${JSON.stringify(rawVersion)} is no version`, "version");
  const name = normalizeName(rawName);
  const files = table.has("files") ? table.tables("files").map(readLockedFile) : older(name);
  const source = table.has("source") ? table.table("source") : undefined;
  const sourceType = source?.string("type");
  const sourceName = source?.string("reference");
  const requiresPython = pythonOf(table);
  const shared = {
    name,
    version: version === undefined ? rawVersion : formatVersion(version),
    extras: [],
    files: [],
    ...(requiresPython === undefined ? {} : { requiresPython }),
    requested: true,
    location: table.location("name"),
  };
  return {
    table,
    package: { ...shared, ...originOf(`${name} ${rawVersion}`, source, files, lockFile) },
    ...(sourceType === undefined ? {} : { sourceType }),
    ...(sourceName === undefined ? {} : { sourceName }),
  };
}

function pythonOf(table: TomlTable): string | undefined {
  const text = table.string("python-versions");
  if (text === undefined) return undefined;
  // A package may write what no standard reads: then only its files can tell.
  const specifiers = poetryRequiresPython(text);
  return specifiers === undefined || specifiers === "" || parseSpecifierSet(specifiers) === undefined
    ? undefined
    : specifiers;
}

type Origin = Pick<InputPackage, "sha256" | "direct" | "blocked" | "sources" | "index" | "folder">;

function gitOf(source: TomlTable | undefined, url: string): Pick<InputPackage, "sources"> {
  const reference = source?.string("reference");
  const sources = gitSources(url, source?.string("resolved_reference"), {
    subdirectory: source?.string("subdirectory"),
    revision: reference === "HEAD" ? undefined : reference,
  });
  return sources === undefined ? {} : { sources };
}

function originOf(
  label: string,
  source: TomlTable | undefined,
  files: readonly LockedFile[],
  lockFile: string,
): Origin {
  const url = source?.string("url") ?? "";
  const type = source?.string("type");
  switch (type) {
    case undefined:
    case "legacy": {
      const sha256 = hashesOf(files);
      const index = type === "legacy" && isUrl(url) ? { index: withoutCredentials(url) } : {};
      if (sha256.length > 0) return { sha256, ...index };
      return { sha256, ...index, blocked: withoutHash(label, files, "poetry lock") };
    }
    case "git":
      return { sha256: [], blocked: builtFrom(label, "vcs", url), ...gitOf(source, url) };
    case "directory":
      return {
        sha256: [],
        folder: url,
        blocked: builtFrom(label, "directory", url),
        sources: { kind: "folder", path: url },
      };
    case "url":
    case "file": {
      const found = directSource(label, type === "file" && !isUrl(url) ? fileUrl(url, lockFile) : url, files, lockFile);
      if (found.blocked !== undefined || found.sha256.length > 0) return found;
      return { sha256: [], blocked: withoutHash(label, files, "poetry lock") };
    }
    default:
      source?.problem(`${JSON.stringify(type)} is no source that is known here`, "type");
      return { sha256: [] };
  }
}
