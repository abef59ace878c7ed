import { OciasmError } from "../errors.ts";
import type { InputPackage } from "../input/input.ts";
import { parseSdistName } from "../python/sdist-name.ts";
import type { Target } from "../python/target.ts";
import { comparePublic, compareVersions, formatVersion, parseVersion } from "../python/version.ts";
import { bestWheel } from "../python/wheel-choice.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import { describeTarget } from "./describe-target.ts";
import { orDropIn } from "./drop-ins.ts";
import type { DistributionFile } from "./lock.ts";
import { pythonMismatch, reasonsOf } from "./wheel-reasons.ts";

/** A wheel whose content is pinned; the size may still have to be asked for. */
export type ChosenWheel = DistributionFile & { readonly sha256: string };

export type WheelChoice =
  | { readonly wheel: ChosenWheel; readonly warnings: readonly string[] }
  /** `sdist`: sources of this very version that the pin allows, which a wheel may be built of. */
  | { readonly problem: OciasmError; readonly sdist?: ChosenWheel };

/**
 * The best wheel of a package for a target among the files that are known of it. Only files that the pin's hashes
 * allow count, where it has any. A problem is NO_WHEEL with the true reason for each file, NOT_IN_INDEX when nothing
 * has a hash of the pin, or HASH_REQUIRED when the best file has no sha256.
 */
export function chooseWheel(entry: InputPackage, files: readonly DistributionFile[], target: Target): WheelChoice {
  const known = files.map(lowerCaseHash).filter((file) => isOfVersion(entry, file));
  const allowed = known.filter((file) => hashAllows(entry, file));
  if (known.length > 0 && allowed.length === 0) return { problem: noHashMatches(entry, known) };
  const fitting = allowed.filter((file) => pythonMismatch(file, target) === undefined);
  // A yanked file only where nothing else fits: the pin is exact, so PEP 592 lets it in.
  const best =
    bestWheel(
      fitting.filter((file) => file.yanked === undefined),
      target,
    ) ?? bestWheel(fitting, target);
  if (best === undefined) return { problem: noWheel(entry, allowed, target), ...sourcesOf(entry, fitting) };
  const sha256 = best.sha256 ?? onlyHash(entry);
  if (sha256 === undefined) return { problem: noHash(entry, best) };
  const warnings = best.yanked === undefined ? [] : [yankedWarning(best)];
  return { wheel: { ...best, sha256 }, warnings };
}

function sourcesOf(entry: InputPackage, files: readonly DistributionFile[]): { readonly sdist?: ChosenWheel } {
  const sources = files.filter(({ filename }) => parseSdistName(filename).ok);
  const file = sources.find(({ yanked }) => yanked === undefined) ?? sources[0];
  const sha256 = file?.sha256 ?? onlyHash(entry);
  return file === undefined || sha256 === undefined ? {} : { sdist: { ...file, sha256 } };
}

function lowerCaseHash(file: DistributionFile): DistributionFile {
  return file.sha256 === undefined ? file : { ...file, sha256: file.sha256.toLowerCase() };
}

/** An index page lists all versions. A file whose name can't be read stays, to be explained. */
export function isOfVersion(entry: InputPackage, file: DistributionFile): boolean {
  const name = file.filename.endsWith(".whl") ? parseWheelName(file.filename) : parseSdistName(file.filename);
  if (!name.ok || entry.version === undefined) return true;
  if (name.value.name !== entry.name) return false;
  const wanted = parseVersion(entry.version);
  if (wanted === undefined) return formatVersion(name.value.version) === entry.version;
  const { version } = name.value;
  // `==2.9.1` takes 2.9.1+cpu; a pin with a local part takes a file name that lost it.
  const same = comparePublic(version, wanted) === 0;
  const bothLocal = version.local !== undefined && wanted.local !== undefined;
  return same && (!bothLocal || compareVersions(version, wanted) === 0);
}

function hashAllows(entry: InputPackage, file: DistributionFile): boolean {
  if (entry.sha256.length === 0 || file.sha256 === undefined) return true;
  return entry.sha256.includes(file.sha256);
}

/** A file without a hash of its own is checked against the pin's, if that is one. */
function onlyHash(entry: InputPackage): string | undefined {
  return entry.sha256.length === 1 ? entry.sha256[0] : undefined;
}

function label(entry: InputPackage): string {
  return entry.version === undefined ? entry.name : `${entry.name} ${entry.version}`;
}

function noWheel(entry: InputPackage, files: readonly DistributionFile[], target: Target): OciasmError {
  const { location } = entry;
  const wheels = files.filter((file) => file.filename.endsWith(".whl"));
  if (files.length === 0) {
    return new OciasmError("NO_WHEEL", `nothing is known of ${label(entry)}: no file of this version`, {
      location,
      hint: "check the version, and that the index is the one it was locked from",
    });
  }
  if (wheels.length === 0) {
    const names = files.map((file) => file.filename).join(", ");
    return new OciasmError("NO_WHEEL", `${label(entry)} has no wheel, only sources: ${names}`, {
      location,
      hint: `${buildOne(entry, target)}, or choose a version that has wheels`,
    });
  }
  const { text, glibc, foreign } = reasonsOf(wheels, target);
  return new OciasmError("NO_WHEEL", `no wheel of ${label(entry)} fits ${describeTarget(target)}:${text}`, {
    location,
    hint: foreign
      ? `${buildOne(entry, target)}, or choose another package or version`
      : glibc === undefined
        ? "choose another version, --python, --base or --platform"
        : `choose a --base that has glibc ${glibc} or newer, or another version`,
  });
}

/** Where the lock lists files or hashes no other file is taken. */
function buildOne(entry: InputPackage, target: Target): string {
  const pin = entry.version === undefined ? entry.name : `${entry.name}==${entry.version}`;
  const listed = entry.files.length > 0 || entry.sha256.length > 0;
  const way = listed ? "lock that file, by its path or URL" : "name it by --find-links";
  return orDropIn(entry.name, `build one with \`pip wheel --no-deps ${pin}\` for ${describeTarget(target)} and ${way}`);
}

function noHashMatches(entry: InputPackage, files: readonly DistributionFile[]): OciasmError {
  const count = files.length === 1 ? "its one file has another" : `none of its ${files.length} files has one of them`;
  return new OciasmError("NOT_IN_INDEX", `${label(entry)} is pinned to ${entry.sha256.length} sha256, and ${count}`, {
    location: entry.location,
    hint: "lock again, or use the index that it was locked from",
  });
}

function noHash(entry: InputPackage, file: DistributionFile): OciasmError {
  return new OciasmError("HASH_REQUIRED", `neither the lock nor the index gives a sha256 of ${file.filename}`, {
    location: entry.location,
    hint: "lock again with hashes",
  });
}

function yankedWarning(file: DistributionFile): string {
  const reason = file.yanked === undefined || file.yanked === "" ? "" : `: ${file.yanked}`;
  return `${file.filename} was yanked by its authors${reason}`;
}
