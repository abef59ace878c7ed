import type {
  BaseNote,
  DebsNote,
  LockedDeb,
  OciasmTable,
  OptionsNote,
  TargetNote,
} from "../resolve/pylock-document.ts";
import type { Prerelease, Resolution } from "./request.ts";
import type { TomlTable } from "./toml.ts";

/** The newest layout of `[tool.ociasm]` that is read here. */
const SCHEMA = 1;

/** `[tool.ociasm]` of a pylock.toml; undefined where another tool wrote the lock. Newer layouts are not read. */
export function readOciasmTable(root: TomlTable, warnings: string[]): OciasmTable | undefined {
  const table = root.has("tool") ? root.table("tool")?.table("ociasm") : undefined;
  if (table === undefined) return undefined;
  const schema = table.integer("schema");
  if (schema !== SCHEMA) {
    warnings.push(`[tool.ociasm] has schema ${schema ?? "none"}, not ${SCHEMA}: what it pins of the base is not read`);
    return undefined;
  }
  const options = table.has("options") ? table.table("options") : undefined;
  const base = table.has("base") ? table.table("base") : undefined;
  return {
    inputs: text(table, "inputs"),
    from: table.strings("from"),
    constraints: table.strings("constraints"),
    overrides: table.strings("overrides"),
    requested: table.strings("requested"),
    targets: table.tables("targets").map(readTarget),
    options: options === undefined ? {} : readOptions(options),
    ...(base === undefined ? {} : { base: readBase(base) }),
  };
}

const RESOLUTIONS: readonly Resolution[] = ["highest", "lowest", "lowest-direct"];
const PRERELEASES: readonly Prerelease[] = ["if-necessary", "allow", "disallow", "explicit"];

function readOptions(table: TomlTable): OptionsNote {
  const resolution = RESOLUTIONS.find((one) => one === table.string("resolution"));
  const prerelease = PRERELEASES.find((one) => one === table.string("prerelease"));
  return {
    ...(resolution === undefined ? {} : { resolution }),
    ...(prerelease === undefined ? {} : { prerelease }),
    ...optional("excludeNewer", table.string("exclude-newer")),
    ...(table.has("no-binary") ? { noBinary: table.strings("no-binary") } : {}),
  };
}

function readTarget(table: TomlTable): TargetNote {
  return { platform: text(table, "platform"), python: text(table, "python"), libc: text(table, "libc") };
}

function readBase(table: TomlTable): BaseNote {
  const digest = table.string("digest");
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) table.problem("not a digest", "digest");
  const python = table.has("python") ? table.table("python") : undefined;
  return {
    name: text(table, "name"),
    ...optional("digest", digest),
    ...(python === undefined ? {} : { python: { url: text(python, "url"), sha256: readSha256(python) } }),
    system: table.strings("system"),
    debs: table.tables("debs").map(readDebs),
  };
}

function readDebs(table: TomlTable): DebsNote {
  const date = table.integer("date");
  return {
    platform: text(table, "platform"),
    ...(date === undefined ? {} : { date }),
    packages: table.tables("packages").map(readDeb),
  };
}

function readDeb(table: TomlTable): LockedDeb {
  const sha256 = readSha256(table);
  const filename = text(table, "filename");
  if (!/^pool\/(?!.*\.\.)[\w.+~/-]+\.deb$/.test(filename)) table.problem("not a file of a Debian pool", "filename");
  table.demand("size");
  return {
    group: readGroup(table),
    name: text(table, "name"),
    version: text(table, "version"),
    architecture: text(table, "architecture"),
    source: text(table, "source"),
    suite: text(table, "suite"),
    filename,
    sha256,
    size: table.integer("size") ?? 0,
  };
}

function readSha256(table: TomlTable): string {
  const sha256 = text(table, "sha256");
  if (!/^[0-9a-f]{64}$/.test(sha256)) table.problem("not a sha256: it takes 64 hex digits", "sha256");
  return sha256;
}

function readGroup(table: TomlTable): LockedDeb["group"] {
  const group = text(table, "group");
  if (group === "base" || group === "python" || group === "system") return group;
  table.problem("group must be base, python or system", "group");
  return "base";
}

function text(table: TomlTable, key: string): string {
  table.demand(key);
  return table.string(key) ?? "";
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, string>>);
}
