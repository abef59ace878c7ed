import { OciasmError } from "../errors.ts";
import { normalizeName } from "../python/name.ts";
import { formatVersion } from "../python/version.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import {
  directKind,
  directUrlText,
  fileNameOf,
  fileUrl,
  fragmentOf,
  isUrl,
  withoutCredentials,
  withoutFragment,
} from "./direct.ts";
import type { Blocked, InputPackage } from "./input.ts";
import { archiveSources, gitSources, type PackageSources } from "./package-sources.ts";
import type { RequirementEntry } from "./requirements-draft.ts";

/**
 * A requirement that names a URL or a path. Wheels are taken; for all else the problem comes back, or, behind a
 * marker, a package that is an error only where the marker holds.
 */
export function directInput(entry: RequirementEntry, strict: boolean): InputPackage | OciasmError {
  const { requirement, location } = entry;
  const target = requirement.target ?? "";
  const shared = {
    extras: requirement.extras,
    ...(requirement.marker === undefined ? {} : { marker: requirement.marker }),
    files: [],
    requested: true,
    location,
  };
  const blocked = refusal(target, entry.editable);
  if (blocked !== undefined) {
    const { code, message, hint } = blocked;
    const sources = sourcesOf(entry, target);
    if (requirement.marker === undefined && (sources === undefined || requirement.name === undefined)) {
      return new OciasmError(code, message, { hint, location });
    }
    const name = requirement.name ?? normalizeName(fragmentOf(target).get("egg") ?? withoutCredentials(target));
    return { ...shared, name, sha256: [], blocked, ...(sources === undefined ? {} : { sources }) };
  }
  const filename = fileNameOf(withoutFragment(target));
  const wheel = parseWheelName(filename);
  if (!wheel.ok) return new OciasmError("INPUT_INVALID", `${filename}: ${wheel.message}`, { location });
  const { name, version } = wheel.value;
  if (requirement.name !== undefined && requirement.name !== name) {
    return new OciasmError("INPUT_INVALID", `${requirement.name} is asked for, and ${filename} is ${name}`, {
      location,
    });
  }
  const hashes = hashesOf(entry, target, filename);
  if (hashes instanceof OciasmError) return hashes;
  const isLocal = !/^https?:/i.test(target);
  if (hashes.length === 0 && (strict || !isLocal)) {
    const hint = isLocal
      ? `add \`--hash=sha256:…\`; \`sha256sum ${filename}\` prints it`
      : "add `#sha256=…` to the URL, or `--hash=sha256:…` behind it";
    return new OciasmError("HASH_REQUIRED", `${filename} has no hash`, { hint, location });
  }
  const bare = withoutFragment(target);
  const direct = {
    url: isUrl(bare) ? bare : fileUrl(bare, entry.file),
    directUrl: directUrlText(bare, hashes.length === 1 ? hashes[0] : undefined),
  };
  return { ...shared, name, version: formatVersion(version), sha256: hashes, direct };
}

function hashesOf(entry: RequirementEntry, target: string, filename: string): readonly string[] | OciasmError {
  const { location } = entry;
  const fragment = fragmentOf(target);
  const promised = fragment.get("sha256")?.toLowerCase();
  const weak = ["md5", "sha1", "sha224"].find((algorithm) => fragment.has(algorithm));
  if (promised === undefined && weak !== undefined && entry.sha256.length === 0) {
    return new OciasmError("INPUT_INVALID", `a hash of type "${weak}" is refused`, { location, hint: "name a sha256" });
  }
  if (promised === undefined) return [...new Set(entry.sha256)].sort();
  if (!/^[0-9a-f]{64}$/.test(promised)) {
    return new OciasmError("INPUT_INVALID", "not a sha256: it takes 64 hex digits", { location });
  }
  if (entry.sha256.length === 0 || entry.sha256.includes(promised)) return [promised];
  const hint = "keep the one that is right";
  return new OciasmError("INPUT_INVALID", `${filename} has one hash in its URL and others behind it`, {
    location,
    hint,
  });
}

function refusal(target: string, editable: boolean): Blocked | undefined {
  const shown = withoutCredentials(target);
  const build = "build a wheel of it first, and name the file here with its hash: `./wheels/NAME.whl --hash=sha256:…`";
  const blocked = (message: string, hint: string): Blocked => ({ code: "INPUT_UNSUPPORTED", message, hint });
  if (editable) return blocked(`${shown} is editable, and an image is not`, build);
  switch (directKind(target)) {
    case "wheel":
      return undefined;
    case "vcs":
      return blocked(`${shown} is in version control, and nothing is built here`, build);
    case "sdist":
      return blocked(`${shown} holds sources, and nothing is built here`, build);
    case "directory":
      return blocked(`${shown} is a folder of sources, and nothing is built here`, build);
    case "unknown-scheme":
      return blocked(`${shown} is at no http: or file: URL`, "name a wheel at an https: URL or a path");
  }
}

/** What could be built: a folder, an archive with its hash, a repository at a commit. */
function sourcesOf(entry: RequirementEntry, target: string): PackageSources | undefined {
  const bare = withoutFragment(target);
  switch (directKind(target)) {
    case "directory":
      return isUrl(bare) ? undefined : { kind: "folder", path: bare };
    case "sdist": {
      const hashes = hashesOf(entry, target, fileNameOf(bare));
      const sha256 = hashes instanceof OciasmError || hashes.length !== 1 ? undefined : hashes[0];
      return archiveSources(target, sha256, entry.file);
    }
    case "vcs": {
      const [, url = "", commit] = /^git\+([^#?]*?)@([0-9a-f]{40})$/i.exec(bare) ?? [];
      return gitSources(url, commit, { subdirectory: fragmentOf(target).get("subdirectory"), revision: commit });
    }
    case "wheel":
    case "unknown-scheme":
      return undefined;
  }
}
