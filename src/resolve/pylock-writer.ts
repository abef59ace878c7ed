import { withoutCredentials } from "../input/direct.ts";
import type { PackageSources } from "../input/package-sources.ts";
import type { LockedWheel } from "./lock.ts";
import type { PylockDocument, PylockEntry } from "./pylock-document.ts";
import { ociasmLines } from "./pylock-ociasm-writer.ts";
import { relativePath } from "./relative-path.ts";
import { type TomlInline, type TomlValue, tomlLine, tomlLongList } from "./toml-text.ts";

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * The text of a `pylock.toml` (PEP 751, lock-version 1.0): the same document gives the same bytes. Wheels on this host
 * are named by their path from `folder`, an absolute path with forward slashes in which the lock will lie.
 */
export function pylockText(document: PylockDocument, folder: string): string {
  const { environments, requiresPython, extras, groups, defaultGroups } = document;
  const head = [
    ...tomlLine("lock-version", "1.0"),
    ...(environments.length === 0 ? [] : tomlLongList("environments", environments)),
    ...tomlLine("requires-python", requiresPython),
    ...tomlLine("extras", unlessEmpty(extras)),
    ...tomlLine("dependency-groups", unlessEmpty(groups)),
    ...tomlLine("default-groups", unlessEmpty(defaultGroups)),
    ...tomlLine("created-by", "ociasm"),
  ];
  // The list is required, and a document without tables of it must still have it.
  if (document.packages.length === 0) head.push(...tomlLine("packages", []));
  const packages = document.packages.map((entry) => packageLines(entry, folder));
  return `${[head, ...packages, ...ociasmLines(document.ociasm)].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function packageLines(entry: PylockEntry, folder: string): readonly string[] {
  const { name, version, marker, requiresPython, dependencies, index, direct } = entry;
  const files = fileLines(entry, folder);
  return [
    "[[packages]]",
    ...tomlLine("name", name),
    ...tomlLine("version", version),
    ...tomlLine("marker", marker),
    ...tomlLine("requires-python", requiresPython),
    ...(dependencies.length === 0
      ? []
      : tomlLongList(
          "dependencies",
          dependencies.map((dependency) => ({ inline: { name: dependency.name, version: dependency.version } })),
        )),
    ...tomlLine("index", index === undefined || direct ? undefined : withoutCredentials(index)),
    ...files,
  ];
}

function fileLines({ direct, wheels, sdist, sources }: PylockEntry, folder: string): readonly string[] {
  const [only] = wheels;
  if (sources !== undefined) return sourceLines(sources, folder);
  if (direct && only !== undefined && wheels.length === 1) {
    return tomlLine("archive", { inline: { ...placeOf(only, folder), ...contentOf(only) } });
  }
  const tables = wheels.map((wheel) => wheelTable(wheel, folder));
  return [
    ...(sdist === undefined ? [] : tomlLine("sdist", wheelTable(sdist, folder))),
    ...(tables.length === 0 && sdist !== undefined ? [] : tomlLongList("wheels", tables)),
  ];
}

function sourceLines(sources: PackageSources, folder: string): readonly string[] {
  const subdirectory = "subdirectory" in sources ? sources.subdirectory : undefined;
  switch (sources.kind) {
    case "folder":
      return tomlLine("directory", { inline: { path: relativePath(folder, sources.path) || "." } });
    case "git": {
      const { url, commit, revision } = sources;
      const vcs = { type: "git", url, "requested-revision": revision, "commit-id": commit, subdirectory };
      return tomlLine("vcs", { inline: vcs });
    }
    case "archive": {
      const { sha256 } = sources.file;
      const hashes = { inline: { sha256 } };
      return tomlLine("archive", { inline: { ...placeOf(sources.file, folder), hashes, subdirectory } });
    }
  }
}

function wheelTable(wheel: LockedWheel, folder: string): TomlInline {
  return { inline: { name: wheel.filename, ...placeOf(wheel, folder), ...contentOf(wheel) } };
}

function contentOf({ uploadTime, size, sha256 }: LockedWheel): TomlInline["inline"] {
  const dated = uploadTime !== undefined && DATE_TIME.test(uploadTime) ? { dateTime: uploadTime } : undefined;
  return { "upload-time": dated, size, hashes: { inline: { sha256 } } };
}

function placeOf({ url }: Pick<LockedWheel, "url">, folder: string): TomlInline["inline"] {
  const path = localPath(url);
  return path === undefined ? { url: withoutCredentials(url) } : { path: relativePath(folder, path) };
}

/** The decoded path of a file: URL of this host. */
function localPath(url: string): string | undefined {
  const encoded = /^file:\/\/(?:localhost)?(\/.*)$/i.exec(url)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function unlessEmpty(items: readonly string[]): readonly TomlValue[] | undefined {
  return items.length === 0 ? undefined : items;
}
