import { isNormalizedName, isValidName, normalizeName } from "../python/name.ts";
import { parseWheelName } from "../python/wheel-name.ts";
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
import { REBUILD } from "./locked-files.ts";
import { archiveSources, gitSources, type PackageSources } from "./package-sources.ts";
import { checkMarker, checkSpecifiers } from "./pylock-checks.ts";
import { readRowVersion } from "./row-version.ts";
import type { TomlTable } from "./toml.ts";

interface PylockContext {
  readonly file: string;
  readonly warnings: string[];
  /** The tool that wrote the lock. */
  readonly createdBy?: string | undefined;
}

const SOURCES = ["vcs", "directory", "archive"] as const;

/** One `[[packages]]` of a pylock.toml; undefined for the project itself and after a problem that hides the name. */
export function readPylockPackage(table: TomlTable, context: PylockContext): InputPackage | undefined {
  table.demand("name");
  const rawName = table.string("name");
  if (rawName === undefined) return undefined;
  if (!isValidName(rawName)) table.problem(`${JSON.stringify(rawName)} is no package name`, "name");
  else if (!isNormalizedName(rawName)) {
    context.warnings.push(`${context.file}: package name ${rawName} should be written ${normalizeName(rawName)}`);
  }
  const name = normalizeName(rawName);
  const marker = table.string("marker");
  if (marker !== undefined) checkMarker(table, "marker", marker);
  const requiresPython = checkSpecifiers(table);
  const index = table.string("index");
  checkOneSource(table);
  const shared = {
    name,
    extras: [],
    ...(marker === undefined ? {} : { marker }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(index === undefined ? {} : { index }),
    requested: true,
    location: table.location("name"),
  };
  const version = readRowVersion(table);
  const versioned = { ...shared, ...(version === undefined ? {} : { version }) };
  if (table.has("directory") && isProject(table)) {
    context.warnings.push(`${name} is the project itself: its files are copied, it is not installed as a package`);
    return undefined;
  }
  const archive = readArchive(table, context);
  if (archive !== undefined) return { ...versioned, ...archive };
  const files = readFiles(table, context);
  const guessed = guessedFiles(context, files, index);
  if (guessed !== undefined && version !== undefined) return { ...versioned, sha256: guessed, files: [] };
  const blocked = refusal(table, name) ?? (files.length === 0 ? nothingListed(name) : undefined);
  const sources = sourcesOf(table, context.file);
  return {
    ...versioned,
    sha256: [],
    files,
    ...(blocked === undefined ? {} : { blocked }),
    ...(sources === undefined ? {} : { sources }),
  };
}

/**
 * Pipenv knows no files, only the hashes of a release: it writes each hash as that of a pure wheel at an address that
 * it makes up below the index. What holds of such rows are the hashes; the index has the files.
 */
function guessedFiles(
  { createdBy }: PylockContext,
  files: readonly DistributionFile[],
  index: string | undefined,
): readonly string[] | undefined {
  if (createdBy !== "pipenv" || index === undefined || files.length === 0) return undefined;
  const below = index.replace(/\/+$/, "");
  const isGuess = ({ url, filename }: DistributionFile): boolean =>
    url.startsWith(`${below}/`) && filename.endsWith("-py3-none-any.whl");
  const hashes = files.map(({ sha256 }) => sha256).filter((sha256) => sha256 !== undefined);
  return files.every(isGuess) && hashes.length === files.length ? hashes : undefined;
}

function checkOneSource(table: TomlTable): void {
  const present: readonly string[] = [
    ...SOURCES.filter((key) => table.has(key)),
    ...(table.has("sdist") || table.has("wheels") ? ["wheels or sdist"] : []),
  ];
  if (present.length > 1)
    table.problem(
      `${present.join(" and ")} exclude each other`,
      present[1] === "wheels or sdist" ? undefined : present[1],
    );
}

function isProject(table: TomlTable): boolean {
  const path = table.table("directory")?.string("path");
  return path !== undefined && /^\.?\/?$/.test(path);
}

function refusal(table: TomlTable, name: string): Blocked | undefined {
  const source = SOURCES.find((key) => table.has(key));
  if (source === undefined) return undefined;
  const details = table.table(source);
  if (details !== undefined) checkSource(details, source);
  const where = details?.string("url") ?? details?.string("path") ?? "";
  const what = { vcs: "in version control", directory: "a folder of sources", archive: "an archive of sources" }[
    source
  ];
  const message = `${name} is ${what}, and nothing is built here${where === "" ? "" : `: ${withoutCredentials(where)}`}`;
  return { code: "INPUT_UNSUPPORTED", message, hint: REBUILD };
}

/** What of a package without wheels could be built. */
function sourcesOf(table: TomlTable, lock: string): PackageSources | undefined {
  const source = SOURCES.find((key) => table.has(key));
  const details = source === undefined ? undefined : table.table(source);
  const path = details?.string("path");
  const url = details?.string("url");
  const inside = details?.string("subdirectory");
  switch (source) {
    case "vcs":
      if (details?.string("type") !== "git") return undefined;
      return gitSources(url ?? "", details.string("commit-id"), {
        subdirectory: inside,
        revision: details.string("requested-revision"),
      });
    case "directory":
      return path === undefined
        ? undefined
        : { kind: "folder", path: inside === undefined ? path : `${path}/${inside}` };
    case "archive": {
      const sha256 = details?.table("hashes")?.string("sha256")?.toLowerCase();
      return archiveSources(path ?? url ?? "", sha256, lock, inside);
    }
    case undefined:
      return undefined;
  }
}

function checkSource(details: TomlTable, source: (typeof SOURCES)[number]): void {
  if (source === "directory") details.demand("path");
  else if (!details.has("url") && !details.has("path")) details.problem(`${source} has neither url nor path`);
  if (source !== "vcs") return;
  details.demand("type");
  details.demand("commit-id");
}

function nothingListed(name: string): Blocked {
  const message = `the lock lists no file of ${name}`;
  return { code: "NO_WHEEL", message, hint: "lock again for this platform: the lock was pruned for another one" };
}

/** An `archive` that is a wheel: a direct URL or path. */
function readArchive(
  table: TomlTable,
  context: PylockContext,
): Pick<InputPackage, "sha256" | "files" | "direct"> | undefined {
  const archive = table.has("archive") ? table.table("archive") : undefined;
  if (archive === undefined) return undefined;
  const file = readFile(archive, context, false);
  if (file === undefined || directKind(file.url) !== "wheel") return undefined;
  const directUrl = directUrlText(file.url.startsWith("file:") ? file.filename : file.url, file.sha256);
  const sha256 = file.sha256 === undefined ? [] : [file.sha256];
  return { sha256, files: [file], direct: { url: file.url, directUrl } };
}

function readFiles(table: TomlTable, context: PylockContext): readonly DistributionFile[] {
  const wheels = table.tables("wheels").map((wheel) => readFile(wheel, context, true));
  const sdist = table.has("sdist") ? table.table("sdist") : undefined;
  const sources = sdist === undefined ? [] : [readFile(sdist, context, false)];
  return [...wheels, ...sources].filter((file) => file !== undefined);
}

/** `path` wins over `url`, `name` over the last part of either. */
function readFile(table: TomlTable, context: PylockContext, isWheel: boolean): DistributionFile | undefined {
  const path = table.string("path");
  const url = table.string("url");
  const place = path ?? url;
  if (place === undefined) {
    if (!table.has("path") && !table.has("url")) table.problem("a file has neither url nor path");
    return undefined;
  }
  if (path === undefined && !/^(?:https?|file):\/\//i.test(place)) {
    table.problem(`${JSON.stringify(withoutCredentials(place))} is no http: or file: URL`, "url");
    return undefined;
  }
  const filename = table.string("name") ?? fileNameOf(path ?? withoutFragment(place));
  if (isWheel) {
    const wheel = parseWheelName(filename);
    // An odd name among many must not stop a build that needs another file: it never fits, and is explained then.
    if (!wheel.ok) context.warnings.push(`${context.file}: ${filename}: ${wheel.message}`);
  }
  const sha256 = readSha256(table);
  const size = table.integer("size");
  const uploadTime = table.dateTime("upload-time");
  return {
    filename,
    url: path === undefined || isUrl(path) ? withoutFragment(place) : fileUrl(path, context.file),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(size === undefined ? {} : { size }),
    ...(uploadTime === undefined ? {} : { uploadTime }),
  };
}

/** Absent in real locks for indexes that give no hash: an error only where the file is chosen. */
function readSha256(table: TomlTable): string | undefined {
  const hashes = table.has("hashes") ? table.table("hashes") : undefined;
  const sha256 = hashes?.string("sha256");
  if (sha256 === undefined) return undefined;
  if (/^[0-9a-f]{64}$/i.test(sha256)) return sha256.toLowerCase();
  hashes?.problem("not a sha256: it takes 64 hex digits", "sha256");
  return undefined;
}
