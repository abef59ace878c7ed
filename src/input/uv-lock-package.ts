import { isValidName, normalizeName } from "../python/name.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import {
  directKind,
  directUrlText,
  fileNameOf,
  fileUrl,
  isUrl,
  withoutCredentials,
  withoutFragment,
} from "./direct.ts";
import type { Blocked, InputPackage } from "./input.ts";
import { readHash } from "./locked-files.ts";
import { archiveSources, gitSources, type PackageSources } from "./package-sources.ts";
import { readRowVersion } from "./row-version.ts";
import type { TomlTable } from "./toml.ts";
import { readUvFile } from "./uv-lock-file.ts";
import { normalFolder } from "./uv-lock-folder.ts";
import { type CheckMarker, readMarkers } from "./uv-lock-markers.ts";
import { describeSource, readSource, type UvSource } from "./uv-lock-source.ts";

/** A `[[package]]` of uv.lock before its dependencies are looked up among the others. */
export interface UvPackage {
  readonly table: TomlTable;
  readonly source: UvSource;
  readonly package: InputPackage;
  /** Markers of the forks that this one of several versions is for. */
  readonly forks: readonly string[];
}

interface Context {
  /** The lock's path. */
  readonly file: string;
  readonly check: CheckMarker;
  readonly location: InputPackage["location"];
}

/** Undefined after a problem that hides what it is. */
export function readUvPackage(table: TomlTable, context: Context): UvPackage | undefined {
  for (const key of ["name", "source"]) table.demand(key);
  const rawName = table.string("name");
  const source = readSource(table);
  if (rawName === undefined || source === undefined) return undefined;
  if (!isValidName(rawName)) table.problem(`${JSON.stringify(rawName)} is no package name`, "name");
  const name = normalizeName(rawName);
  const version = readRowVersion(table);
  if (version === undefined && source.kind === "registry") table.demand("version");
  const forks = readMarkers(table, "resolution-markers", context.check);
  const files = readFiles(table, source, context.file);
  const shared = {
    name,
    ...(version === undefined ? {} : { version }),
    extras: [],
    requested: false,
    location: context.location,
  };
  const content = contentOf(name, source, files, context.file);
  const sources = sourcesOf(table, source, context.file);
  return { table, source, forks, package: { ...shared, ...content, ...(sources === undefined ? {} : { sources }) } };
}

function readFiles(table: TomlTable, source: UvSource, lock: string): readonly DistributionFile[] {
  // Of a git source the files are named inside of the repository.
  if (source.kind === "git") return [];
  const sdist = table.table("sdist");
  const wheels = table.tables("wheels").map((wheel) => readUvFile(wheel, source, lock));
  const isFolder = source.kind === "directory" || source.kind === "editable" || source.kind === "virtual";
  const sources = sdist === undefined || isFolder || isHashOnly(sdist) ? [] : [readUvFile(sdist, source, lock)];
  return [...wheels, ...sources].filter((file) => file !== undefined);
}

/** An archive that the source itself names. */
function isHashOnly(sdist: TomlTable): boolean {
  return !["url", "path", "filename"].some((key) => sdist.has(key));
}

/** What of a package without wheels could be built. */
function sourcesOf(table: TomlTable, source: UvSource, lock: string): PackageSources | undefined {
  const { kind, value } = source;
  switch (kind) {
    case "git": {
      const query = new URLSearchParams(/\?([^#]*)/.exec(value)?.[1] ?? "");
      return gitSources(value, /#([0-9a-f]{40})$/i.exec(value)?.[1], {
        subdirectory: query.get("subdirectory") ?? undefined,
        revision: query.get("rev") ?? query.get("tag") ?? query.get("branch") ?? undefined,
      });
    }
    case "url":
    case "path": {
      if (directKind(value) === "wheel") return undefined;
      const hash = readHash(table.table("sdist")?.string("hash") ?? "");
      return archiveSources(value, hash === "bad" ? undefined : hash, lock, source.subdirectory);
    }
    case "directory":
    case "editable":
      return { kind: "folder", path: value };
    case "registry":
    case "virtual":
      return undefined;
  }
}

type Content = Pick<InputPackage, "sha256" | "files" | "index" | "direct" | "folder" | "blocked">;

function contentOf(name: string, source: UvSource, files: readonly DistributionFile[], lock: string): Content {
  const { kind, value } = source;
  const nothing = { sha256: [], files: [] };
  switch (kind) {
    case "registry": {
      const index = isUrl(value) ? withoutCredentials(value) : fileUrl(value, lock);
      const blocked = files.length === 0 ? { blocked: nothingListed(name) } : {};
      return { sha256: [], files, index, ...blocked };
    }
    case "url":
    case "path":
      if (directKind(value) !== "wheel") return { ...nothing, blocked: sources(name, source) };
      return directOf(value, files, lock);
    case "git":
      return { ...nothing, blocked: git(name, source) };
    case "directory":
    case "editable":
      return { ...nothing, folder: normalFolder(value), blocked: folderOf(name, source) };
    case "virtual":
      return { ...nothing, folder: normalFolder(value) };
  }
}

/** A wheel at a URL or path: its hash stands with the one file that is listed. */
function directOf(value: string, files: readonly DistributionFile[], lock: string): Content {
  const place = isUrl(value) ? withoutFragment(value) : value;
  const url = isUrl(place) ? withoutCredentials(place) : fileUrl(place, lock);
  const filename = fileNameOf(place);
  const file = { ...(files.find((each) => each.filename === filename) ?? {}), filename, url };
  const directUrl = directUrlText(url.startsWith("file:") ? filename : url, file.sha256);
  return { sha256: file.sha256 === undefined ? [] : [file.sha256], files: [file], direct: { url, directUrl } };
}

function nothingListed(name: string): Blocked {
  const hint = "lock again without limits on wheels or platforms, such as `no-binary` and `environments`";
  return { code: "NO_WHEEL", message: `the lock lists no file of ${name}`, hint };
}

function sources(name: string, source: UvSource): Blocked {
  const build = `pip wheel --no-deps ${describeSource(source)}`;
  return refusal(name, "is an archive of sources", source, build);
}

function git(name: string, source: UvSource): Blocked {
  return refusal(name, "is in version control", source, `pip wheel --no-deps git+${describeSource(source)}`);
}

function folderOf(name: string, source: UvSource): Blocked {
  return refusal(name, "is a folder of sources", source, `uv build --wheel ${source.value}`);
}

function refusal(name: string, what: string, source: UvSource, build: string): Blocked {
  return {
    code: "INPUT_UNSUPPORTED",
    message: `${name} ${what}, and nothing is built here: ${describeSource(source)}`,
    hint: `build a wheel of it (\`${build}\`) and lock that: \`[tool.uv.sources] ${name} = { path = "….whl" }\``,
  };
}
