import { OciasmError } from "../../errors.ts";
import {
  directKind,
  directUrlText,
  fileNameOf,
  fileUrl,
  fragmentOf,
  isUrl,
  withoutCredentials,
  withoutFragment,
} from "../../input/direct.ts";
import type { PackageSources } from "../../input/package-sources.ts";
import type { Asked, PackageSource } from "../../input/request.ts";
import type { Version } from "../../python/version.ts";
import { parseWheelName } from "../../python/wheel-name.ts";
import type { DistributionFile } from "../lock.ts";

/** A package that is one wheel by URL or path, whatever versions an index has. */
export interface UrlPin {
  readonly name: string;
  readonly version: Version;
  readonly file: DistributionFile;
  /** Text of direct_url.json (PEP 610). */
  readonly directUrl: string;
  /** Who says so; absent for a requirement of another pinned wheel. */
  readonly asked?: Asked;
  /** What it was built of, and the URL that names that. */
  readonly sources?: PackageSources;
  readonly named?: string;
}

const BUILD = "build a wheel of it first, and name the file instead: `./wheels/NAME.whl`";

/**
 * The wheel that a requirement of the user's names. A relative path is taken from the folder of `file`. Throws
 * INPUT_UNSUPPORTED for anything that would have to be built, INPUT_INVALID for a name or hash that does not fit.
 */
export function urlPin(asked: Asked, url: string, file: string): UrlPin {
  const { requirement, location } = asked;
  const { name } = requirement;
  const refusal = refuseBuild(url);
  if (refusal !== undefined) {
    throw new OciasmError("INPUT_UNSUPPORTED", `${name}: ${refusal}`, { hint: BUILD, location });
  }
  const pin = readPin(url, file, asked.sha256);
  if (typeof pin === "string") throw new OciasmError("INPUT_INVALID", pin, { location });
  if (pin.name === name) return { ...pin, asked };
  throw new OciasmError("INPUT_INVALID", `${name} is asked for, and ${pin.file.filename} is ${pin.name}`, { location });
}

/** The wheel that a requirement in a wheel's metadata names; undefined when it names none. */
export function metadataPin(name: string, url: string): UrlPin | undefined {
  if (!isUrl(url) || directKind(url) !== "wheel") return undefined;
  const pin = readPin(url, "/", []);
  return typeof pin === "string" || pin.name !== name ? undefined : pin;
}

/** Why a source that is no wheel can't be had. */
export function refuseSource(source: PackageSource): OciasmError {
  const { name, from, location } = source;
  if (from.kind === "workspace") {
    const message = `${name} is a member of the workspace, and nothing is built here`;
    return new OciasmError("INPUT_UNSUPPORTED", message, { hint: "lock the workspace, e.g. by `uv lock`", location });
  }
  const place = from.kind === "index" ? from.index : withoutCredentials(from.kind === "path" ? from.path : from.url);
  const what = from.kind === "git" ? "is in version control" : "is no wheel";
  const message = `${name}: ${place} ${what}, and nothing is built here`;
  return new OciasmError("INPUT_UNSUPPORTED", message, { hint: BUILD, location });
}

/** Whether a URL is the one that a pin came from. */
export function isNamedBy({ file, named }: UrlPin, url: string): boolean {
  return sameUrl(named ?? file.url, url);
}

/** Whether two URLs name one file: what follows `#` does not matter. */
export function sameUrl(a: string, b: string): boolean {
  return withoutFragment(a) === withoutFragment(b);
}

function refuseBuild(url: string): string | undefined {
  const shown = withoutCredentials(url);
  switch (directKind(url)) {
    case "wheel":
      return undefined;
    case "vcs":
      return `${shown} is in version control, and nothing is built here`;
    case "sdist":
      return `${shown} holds sources, and nothing is built here`;
    case "directory":
      return `${shown} is a folder of sources, and nothing is built here`;
    case "unknown-scheme":
      return `${shown} is at no http: or file: URL`;
  }
}

function readPin(url: string, file: string, asked: readonly string[]): UrlPin | string {
  const bare = withoutFragment(url);
  const filename = fileNameOf(bare);
  const wheel = parseWheelName(filename);
  if (!wheel.ok) return `${filename}: ${wheel.message}`;
  const promised = fragmentOf(url).get("sha256")?.toLowerCase();
  if (promised !== undefined && !/^[0-9a-f]{64}$/.test(promised)) {
    return `the hash in the URL of ${filename} is no sha256: it takes 64 hex digits`;
  }
  if (promised !== undefined && asked.length > 0 && !asked.includes(promised)) {
    return `${filename} has one hash in its URL and others behind it`;
  }
  const sha256 = promised ?? (asked.length === 1 ? asked[0] : undefined);
  return {
    name: wheel.value.name,
    version: wheel.value.version,
    file: {
      filename,
      url: isUrl(bare) ? bare : fileUrl(bare, file),
      ...(sha256 === undefined ? {} : { sha256 }),
    },
    directUrl: directUrlText(bare, sha256),
  };
}
