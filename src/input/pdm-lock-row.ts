import { isValidName, normalizeExtra, normalizeName } from "../python/name.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import { formatVersion, parseVersion } from "../python/version.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import type { InputPackage } from "./input.ts";
import { builtFrom, directSource, hashesOf, type LockedFile, readLockedFile, withoutHash } from "./locked-files.ts";
import { type Condition, readCondition } from "./marker-algebra.ts";
import { gitSources } from "./package-sources.ts";
import type { FilesByName } from "./poetry-lock-package.ts";
import type { TomlTable } from "./toml.ts";

/** One `[[package]]` of a pdm.lock: a package, or what some of its extras add to it. */
export interface PdmRow {
  readonly package: InputPackage;
  /** Where rows of one package agree. */
  readonly key: string;
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly condition: Condition;
  /** PEP 508. */
  readonly dependencies: readonly string[];
  /** URL of a direct reference. */
  readonly url?: string;
}

const VCS = ["git", "hg", "svn", "bzr"] as const;

/** Undefined when the row has no name. */
export function readPdmRow(table: TomlTable, older: FilesByName, lockFile: string): PdmRow | undefined {
  table.demand("name");
  const rawName = table.string("name");
  if (rawName === undefined) return undefined;
  if (!isValidName(rawName)) table.problem(`${JSON.stringify(rawName)} is no package name`, "name");
  const name = normalizeName(rawName);
  const rawVersion = table.string("version");
  const version = rawVersion === undefined ? undefined : parseVersion(rawVersion);
  if (rawVersion !== undefined && version === undefined) {
    table.problem(`${JSON.stringify(rawVersion)} is no version`, "version");
  }
  const requiresPython = pythonOf(table);
  const extras = [...new Set(table.strings("extras").map(normalizeExtra))].sort();
  const label = rawVersion === undefined ? name : `${name} ${rawVersion}`;
  const files = table.has("files") ? table.tables("files").map(readLockedFile) : older(`${rawName} ${rawVersion}`);
  const url = table.string("url");
  const origin = originOf(table, label, files, lockFile);
  return {
    package: {
      name,
      ...(version === undefined ? {} : { version: formatVersion(version) }),
      extras: [],
      files: [],
      ...(requiresPython === undefined ? {} : { requiresPython }),
      requested: true,
      location: table.location("name"),
      ...origin,
    },
    key: [name, rawVersion ?? "", placeOf(table)].join("\n"),
    extras,
    groups: table.strings("groups").map(normalizeExtra),
    condition: conditionOf(table),
    dependencies: table.strings("dependencies"),
    ...(url === undefined ? {} : { url }),
  };
}

function pythonOf(table: TomlTable): string | undefined {
  const text = table.string("requires_python");
  return text === undefined || text === "" || parseSpecifierSet(text) === undefined ? undefined : text;
}

function conditionOf(table: TomlTable): Condition {
  const text = table.string("marker");
  const condition = readCondition(text);
  if (condition.ok) return condition.value;
  table.problem(`${JSON.stringify(text)} is no marker: ${condition.message}`, "marker");
  return true;
}

function placeOf(table: TomlTable): string {
  const vcs = VCS.find((kind) => table.has(kind));
  return table.string("url") ?? table.string("path") ?? (vcs === undefined ? "" : (table.string(vcs) ?? ""));
}

type Origin = Pick<InputPackage, "sha256" | "direct" | "blocked" | "sources" | "folder"> &
  Partial<Pick<InputPackage, "files">>;

function originOf(table: TomlTable, label: string, files: readonly LockedFile[], lockFile: string): Origin {
  const vcs = VCS.find((kind) => table.has(kind));
  if (vcs !== undefined) {
    const url = table.string(vcs) ?? "";
    const about = { subdirectory: table.string("subdirectory"), revision: table.string("ref") };
    const sources = vcs === "git" ? gitSources(url, table.string("revision"), about) : undefined;
    return { sha256: [], blocked: builtFrom(label, "vcs", url), ...(sources === undefined ? {} : { sources }) };
  }
  const place = table.string("path") ?? table.string("url");
  if (place !== undefined) {
    const path = withoutRoot(place);
    const found = directSource(label, path, files, lockFile);
    if (found.blocked !== undefined) return isFolder(path) ? { ...found, folder: folderOf(path) } : found;
    return found.sha256.length > 0 ? found : { sha256: [], blocked: withoutHash(label, files, "pdm lock") };
  }
  const sha256 = hashesOf(files);
  if (sha256.length === 0) return { sha256, blocked: withoutHash(label, files, "pdm lock") };
  return { sha256, files: staticFiles(files) };
}

/** Strategy `static_urls`: the lock has every file, and where it is. */
function staticFiles(files: readonly LockedFile[]): readonly DistributionFile[] {
  const known = files.flatMap(({ filename, url, sha256 }) =>
    filename === undefined || url === undefined || sha256 === undefined ? [] : [{ filename, url, sha256 }],
  );
  return known.length === files.length ? known : [];
}

const PROJECT_ROOT = /^(?:file:\/\/)?\/?\$\{PROJECT_ROOT\}\/?/;

function withoutRoot(place: string): string {
  return PROJECT_ROOT.test(place) ? `./${place.replace(PROJECT_ROOT, "")}` : place;
}

function isFolder(path: string): boolean {
  return !/^[a-z][a-z0-9+.-]+:/i.test(path) && !/\.(?:whl|zip|tar(?:\.\w+)?|tgz)$/i.test(path);
}

function folderOf(path: string): string {
  return path.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "") || ".";
}
