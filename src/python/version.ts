import { compareDigits, compareText, type Digits, hasEndlessNumber, isDigits, toDigits } from "./digits.ts";
import { strip } from "./whitespace.ts";

/** A PEP 440 version, normalised. Absent parts are absent keys: `post: "0"` is 1.0.post0. */
export interface Version {
  readonly epoch: Digits;
  /** At least one number. */
  readonly release: readonly Digits[];
  readonly pre?: PreRelease;
  readonly post?: Digits;
  readonly dev?: Digits;
  /** Lower case; parts that are numbers have no leading zeros. */
  readonly local?: readonly string[];
}

export interface PreRelease {
  readonly kind: "a" | "b" | "rc";
  readonly number: Digits;
}

const VERSION = new RegExp(
  "^v?(?:([0-9]+)!)?([0-9]+(?:\\.[0-9]+)*)" +
    "(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?([0-9]+)?)?" +
    "(?:-([0-9]+)|[._-]?(post|rev|r)[._-]?([0-9]+)?)?" +
    "(?:[._-]?(dev)[._-]?([0-9]+)?)?" +
    "(?:\\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?$",
  "i",
);

/**
 * Reads every spelling that PEP 440 normalises (`v1.0-ALPHA.1`, `1.0-1`, surrounding space); undefined for any other
 * text, and for a number of more than 4300 digits.
 */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(strip(text));
  if (match === null || hasEndlessNumber(text)) return undefined;
  const [, epoch, release = "", preKind, preNumber, implicitPost, postWord, postNumber, devWord, devNumber, local] =
    match;
  return {
    epoch: toDigits(epoch ?? "0"),
    release: release.split(".").map(toDigits),
    ...(preKind === undefined ? {} : { pre: { kind: preReleaseKind(preKind), number: toDigits(preNumber ?? "0") } }),
    ...(implicitPost === undefined && postWord === undefined
      ? {}
      : { post: toDigits(implicitPost ?? postNumber ?? "0") }),
    ...(devWord === undefined ? {} : { dev: toDigits(devNumber ?? "0") }),
    ...(local === undefined ? {} : { local: localParts(local) }),
  };
}

function preReleaseKind(word: string): PreRelease["kind"] {
  const lower = word.toLowerCase();
  if (lower === "a" || lower === "alpha") return "a";
  return lower === "b" || lower === "beta" ? "b" : "rc";
}

function localParts(local: string): readonly string[] {
  return local
    .toLowerCase()
    .split(/[._-]/)
    .map((part) => (isDigits(part) ? toDigits(part) : part));
}

/** The order of PEP 440: negative, zero or positive. 1.0 and 1.0.0 are equal. */
export function compareVersions(a: Version, b: Version): number {
  return comparePublic(a, b) || compareLocal(a.local, b.local);
}

/** Like `compareVersions`, with the local parts of both left out. */
export function comparePublic(a: Version, b: Version): number {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareRelease(a.release, b.release) ||
    preRank(a) - preRank(b) ||
    compareDigits(a.pre?.number ?? "0", b.pre?.number ?? "0") ||
    compareOptional(a.post, b.post, -1) ||
    compareOptional(a.dev, b.dev, 1)
  );
}

/** Pads the shorter one with zeros. */
export function compareRelease(a: readonly Digits[], b: readonly Digits[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareDigits(a[index] ?? "0", b[index] ?? "0");
    if (order !== 0) return order;
  }
  return 0;
}

/** 1.0.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0. */
function preRank(version: Version): number {
  if (version.pre !== undefined) return { a: 1, b: 2, rc: 3 }[version.pre.kind];
  return version.dev !== undefined && version.post === undefined ? 0 : 4;
}

/** `absent`: where a missing number stands, before (-1) or after (1) all others. */
function compareOptional(a: Digits | undefined, b: Digits | undefined, absent: -1 | 1): number {
  if (a === undefined) return b === undefined ? 0 : absent;
  return b === undefined ? -absent : compareDigits(a, b);
}

/** None < words by code unit < numbers; a prefix before what it is a prefix of. */
function compareLocal(a: readonly string[] | undefined, b: readonly string[] | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const order = compareLocalPart(a[index] ?? "", b[index] ?? "");
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareLocalPart(a: string, b: string): number {
  const numeric = Number(isDigits(a)) - Number(isDigits(b));
  if (numeric !== 0) return numeric;
  return isDigits(a) ? compareDigits(a, b) : compareText(a, b);
}

/** The normalised text: `1!1.0rc1.post2.dev3+local.4`. */
export function formatVersion(version: Version): string {
  const local = version.local === undefined ? "" : `+${version.local.join(".")}`;
  return formatVersionPublic(version) + local;
}

function formatVersionPublic(version: Version): string {
  const pre = version.pre === undefined ? "" : `${version.pre.kind}${version.pre.number}`;
  const post = version.post === undefined ? "" : `.post${version.post}`;
  const dev = version.dev === undefined ? "" : `.dev${version.dev}`;
  return baseVersion(version) + pre + post + dev;
}

/** The version without its local part, as text. */
export function publicVersion(version: Version): string {
  return formatVersionPublic(version);
}

/** Epoch and release, as text: 1!1.0 of 1!1.0a1.post2+local. */
export function baseVersion(version: Version): string {
  const epoch = version.epoch === "0" ? "" : `${version.epoch}!`;
  return epoch + version.release.join(".");
}

/** Alphas, betas, candidates and development releases (also of a post-release). */
export function isPrerelease(version: Version): boolean {
  return version.pre !== undefined || version.dev !== undefined;
}

export function isPostrelease(version: Version): boolean {
  return version.post !== undefined;
}

export function isDevrelease(version: Version): boolean {
  return version.dev !== undefined;
}

/** Equal versions have equal keys: trailing zeros of the release are left out. */
export function versionKey(version: Version): string {
  let end = version.release.length;
  while (end > 1 && version.release[end - 1] === "0") end -= 1;
  return formatVersion({ ...version, release: version.release.slice(0, end) });
}
