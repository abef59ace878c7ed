import { normalizeExtra, normalizeName } from "../python/name.ts";
import { formatVersion, parseVersion } from "../python/version.ts";
import { fragmentOf, isUrl, withoutCredentials } from "./direct.ts";
import type { Blocked, InputPackage } from "./input.ts";
import { builtFrom, directSource, hashesOf, type LockedFile, readHash, withoutHash } from "./locked-files.ts";
import { type Condition, readCondition } from "./marker-algebra.ts";
import { gitSources } from "./package-sources.ts";
import type { TomlTable } from "./toml.ts";

/** One package of a category of Pipfile.lock. */
export interface PipfilePackage {
  readonly package: InputPackage;
  readonly condition: Condition;
}

export interface PipfileContext {
  readonly file: string;
  /** URLs by the names of `_meta.sources`. */
  readonly sources: ReadonlyMap<string, string>;
}

const VCS = ["git", "hg", "svn", "bzr"] as const;

/** The member `key` of a category; undefined when it is the project itself or can't be read. */
export function readPipfilePackage(
  category: TomlTable,
  key: string,
  context: PipfileContext,
): PipfilePackage | undefined {
  const name = normalizeName(key);
  const shared = { name, files: [], requested: true };
  if (category.isString(key)) {
    const location = category.location(key);
    const version = readVersion(category, key);
    const blocked = withoutHashes(version === undefined ? name : `${name} ${version}`, []);
    return {
      package: { ...shared, ...versioned(version), extras: [], sha256: [], blocked, location },
      condition: true,
    };
  }
  const details = category.table(key);
  if (details === undefined || isProject(details)) return undefined;
  const version = readVersion(details, "version");
  const index = indexOf(details, context);
  return {
    package: {
      ...shared,
      ...versioned(version),
      ...(index === undefined ? {} : { index }),
      extras: details.strings("extras").map(normalizeExtra),
      ...originOf(details, version === undefined ? name : `${name} ${version}`, context.file),
      location: details.location(),
    },
    condition: conditionOf(details),
  };
}

function versioned(version: string | undefined): Pick<InputPackage, "version"> {
  return version === undefined ? {} : { version };
}

/** `==1.2`, or `*` and nothing where only the source tells. */
function readVersion(table: TomlTable, key: string): string | undefined {
  const text = table.string(key);
  if (text === undefined || text === "*" || text === "") return undefined;
  const version = parseVersion(text.replace(/^\s*={2,3}/, ""));
  if (version !== undefined) return formatVersion(version);
  table.problem(`${JSON.stringify(text)} is no exact version`, key, "run `pipenv lock`: it pins every package");
  return undefined;
}

function indexOf(details: TomlTable, { sources }: PipfileContext): string | undefined {
  const name = details.string("index");
  if (name === undefined) return undefined;
  const url = sources.get(name) ?? (isUrl(name) ? name : undefined);
  if (url === undefined) details.problem(`${JSON.stringify(name)} is none of the sources in _meta`, "index");
  return url === undefined ? undefined : withoutCredentials(url);
}

function conditionOf(details: TomlTable): Condition {
  const text = details.string("markers");
  const condition = readCondition(text);
  if (condition.ok) return condition.value;
  details.problem(`${JSON.stringify(text)} is no marker: ${condition.message}`, "markers");
  return true;
}

function isProject(details: TomlTable): boolean {
  const path = details.string("path") ?? details.string("file");
  return path !== undefined && /^\.?\/?$/.test(path);
}

type Origin = Pick<InputPackage, "sha256" | "direct" | "blocked" | "sources" | "folder">;

function originOf(details: TomlTable, label: string, lockFile: string): Origin {
  const vcs = VCS.find((kind) => details.has(kind));
  if (vcs !== undefined) {
    const url = details.string(vcs) ?? "";
    const sources =
      vcs === "git"
        ? gitSources(url, details.string("ref"), { subdirectory: details.string("subdirectory") })
        : undefined;
    return { sha256: [], blocked: builtFrom(label, "vcs", url), ...(sources === undefined ? {} : { sources }) };
  }
  const files = readHashes(details);
  const place = details.string("file") ?? details.string("path") ?? details.string("url");
  if (place === undefined) {
    const sha256 = hashesOf(files);
    return sha256.length > 0 ? { sha256 } : { sha256, blocked: withoutHashes(label, files) };
  }
  const promised = readHash(`sha256:${fragmentOf(place).get("sha256") ?? ""}`);
  const known = promised === undefined || promised === "bad" ? files : [{ sha256: promised }];
  const found = directSource(label, place, known, lockFile);
  if (found.blocked !== undefined) return isUrl(place) ? found : { ...found, folder: place };
  if (found.sha256.length > 0) return found;
  const message = `the lock has no sha256 of ${label}, which it takes from a file`;
  return { sha256: [], blocked: { code: "HASH_REQUIRED", message, hint: "add `#sha256=…` to it in the Pipfile" } };
}

function withoutHashes(label: string, files: readonly LockedFile[]): Blocked {
  const hint = "run `pipenv lock` on a machine like the target: it writes no hashes for what its own does not need";
  return { ...withoutHash(label, files, "pipenv lock"), hint };
}

function readHashes(details: TomlTable): readonly LockedFile[] {
  return details.strings("hashes").map((text): LockedFile => {
    const sha256 = readHash(text);
    if (sha256 === "bad") details.problem("not a sha256: it takes 64 hex digits", "hashes");
    return sha256 === undefined || sha256 === "bad" ? {} : { sha256 };
  });
}
