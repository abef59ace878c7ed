import { parseWheelName } from "../python/wheel-name.ts";
import {
  type DirectKind,
  directKind,
  directUrlText,
  fileNameOf,
  fileUrl,
  isUrl,
  withoutCredentials,
  withoutFragment,
} from "./direct.ts";
import type { Blocked, InputPackage } from "./input.ts";
import { archiveSources, type PackageSources } from "./package-sources.ts";
import type { TomlTable } from "./toml.ts";

/** A file that a lock names by its name, its URL or only its hash. */
export interface LockedFile {
  readonly filename?: string;
  readonly url?: string;
  /** Lower-case hex; absent where the lock has a hash of another kind. */
  readonly sha256?: string;
}

/** `{file = "…", hash = "sha256:…"}` or `{url = "…", hash = …}`, as Poetry and PDM write them. */
export function readLockedFile(table: TomlTable): LockedFile {
  const url = table.string("url");
  const filename = table.string("file") ?? (url === undefined ? undefined : fileNameOf(withoutFragment(url)));
  const hash = table.string("hash");
  const sha256 = hash === undefined ? undefined : readHash(hash);
  if (sha256 === "bad") table.problem("not a sha256: it takes 64 hex digits", "hash");
  return {
    ...(filename === undefined ? {} : { filename }),
    ...(url === undefined ? {} : { url: withoutFragment(url) }),
    ...(sha256 === undefined || sha256 === "bad" ? {} : { sha256 }),
  };
}

/** The hex of `sha256:…`; undefined for another algorithm, "bad" for one that is none. */
export function readHash(text: string): string | undefined {
  const [algorithm = "", hex = ""] = text.split(":", 2);
  if (algorithm.toLowerCase() !== "sha256") return undefined;
  return /^[0-9a-f]{64}$/i.test(hex) ? hex.toLowerCase() : "bad";
}

export function hashesOf(files: readonly LockedFile[]): readonly string[] {
  const found = files.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256]));
  return [...new Set(found)].sort();
}

/** Nothing to check a file against: the lock's own tool would refuse it too. */
export function withoutHash(label: string, files: readonly LockedFile[], command: string): Blocked {
  const message =
    files.length === 0 ? `the lock has no file of ${label}, so no hash` : `the lock has no sha256 of ${label}`;
  return { code: "HASH_REQUIRED", message, hint: `run \`${command}\`: it writes the hashes and keeps the versions` };
}

/** The way out for what is no wheel. */
export const REBUILD = "build a wheel of it, publish or vendor it, and lock that";

export type SourceKind = "vcs" | "directory" | "archive";

export function builtFrom(label: string, kind: SourceKind, where: string): Blocked {
  const what = { vcs: "in version control", directory: "a folder of sources", archive: "an archive of sources" }[kind];
  const place = where === "" ? "" : `: ${withoutCredentials(where)}`;
  return {
    code: "INPUT_UNSUPPORTED",
    message: `${label} is ${what}, and nothing is built here${place}`,
    hint: REBUILD,
  };
}

/**
 * What a lock's URL or path (relative to `lockFile`) gives: a wheel to take as it is, or the reason why not. Of several
 * hashes the one of the file's own name counts, where names are known.
 */
export function directSource(
  label: string,
  target: string,
  files: readonly LockedFile[],
  lockFile: string,
): Pick<InputPackage, "sha256" | "direct" | "blocked" | "sources"> {
  const bare = withoutFragment(target);
  const kind = directKind(bare);
  if (kind !== "wheel") {
    const what = kind === "vcs" ? "vcs" : kind === "sdist" ? "archive" : isUrl(bare) ? "archive" : "directory";
    const blocked = builtFrom(label, what, bare);
    const sources = sourcesOf(kind, target, files, lockFile);
    return { sha256: [], blocked, ...(sources === undefined ? {} : { sources }) };
  }
  const filename = fileNameOf(bare);
  const wheel = parseWheelName(filename);
  if (!wheel.ok) {
    const hint = "lock a wheel that has its own name";
    return { sha256: [], blocked: { code: "INPUT_INVALID", message: `${filename}: ${wheel.message}`, hint } };
  }
  const named = files.filter((file) => file.filename === filename);
  const sha256 = hashesOf(named.length > 0 ? named : files);
  const url = isUrl(bare) ? bare : fileUrl(bare, lockFile);
  const direct = { url, directUrl: directUrlText(bare, sha256.length === 1 ? sha256[0] : undefined) };
  return { sha256, direct };
}

function sourcesOf(
  kind: DirectKind,
  target: string,
  files: readonly LockedFile[],
  lockFile: string,
): PackageSources | undefined {
  const bare = withoutFragment(target);
  if (kind === "directory" && !isUrl(bare)) return { kind: "folder", path: bare };
  if (kind !== "sdist") return undefined;
  const [sha256, other] = hashesOf(files);
  return other === undefined ? archiveSources(target, sha256, lockFile) : undefined;
}
