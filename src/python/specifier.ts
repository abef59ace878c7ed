import { compareText } from "./digits.ts";
import {
  comparePublic,
  compareRelease,
  compareVersions,
  formatVersion,
  isPrerelease,
  parseVersion,
  type Version,
  versionKey,
} from "./version.ts";
import { SPACE, strip } from "./whitespace.ts";

export type SpecifierOperator = "===" | "~=" | "==" | "!=" | "<=" | ">=" | "<" | ">";

/** One clause of a specifier set: `~=1.4`, `==2.*`, `===foo`. */
export interface Specifier {
  readonly operator: SpecifierOperator;
  /** As written, without space around it: "1.0", "2.*". */
  readonly text: string;
  /** Without `.*`; absent for `===` alone, which compares text. */
  readonly version?: Version;
  /** Whether `text` ends in `.*`. */
  readonly prefix: boolean;
}

/** All clauses must hold; no clause: everything does. In the order written. */
export interface SpecifierSet {
  readonly specifiers: readonly Specifier[];
}

export interface ContainsOptions {
  /** false refuses alphas, betas, candidates and development releases. Default: true. */
  readonly prereleases?: boolean | undefined;
}

const PRE = "(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?";
const POST = "(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?";
const DEV = "(?:[-_.]?dev[-_.]?[0-9]*)?";
const LOCAL = "(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?";
const START = `${SPACE}*v?(?:[0-9]+!)?`;

/** The text of one specifier, for sticky use inside a requirement. Source of a regular expression with flag `i`. */
export const SPECIFIER_PATTERN: string = [
  `===${SPACE}*[^;)${SPACE.slice(1)}*`,
  `[=!]=${START}[0-9]+(?:\\.[0-9]+)*(?:\\.\\*|${PRE}${POST}${DEV}${LOCAL})`,
  `~=${START}[0-9]+(?:\\.[0-9]+)+${PRE}${POST}${DEV}`,
  `(?:<=|>=|<|>)${START}[0-9]+(?:\\.[0-9]+)*${PRE}${POST}${DEV}`,
].join("|");

const SPECIFIER = new RegExp(`^(?:${SPECIFIER_PATTERN})$`, "i");

const OPERATOR = /^(?:===|~=|==|!=|<=|>=|<|>)/;

/** Reads one clause; undefined for what PEP 440 does not allow, such as `>=1.*`, `~=1` or `<1+local`. */
export function parseSpecifier(text: string): Specifier | undefined {
  const stripped = strip(text);
  const operator = OPERATOR.exec(stripped)?.[0] as SpecifierOperator | undefined;
  if (operator === undefined || !SPECIFIER.test(stripped)) return undefined;
  const operand = strip(stripped.slice(operator.length));
  if (operator === "===") return { operator, text: operand, prefix: false };
  const prefix = operand.endsWith(".*");
  const version = parseVersion(prefix ? operand.slice(0, -2) : operand);
  return version === undefined ? undefined : { operator, text: operand, version, prefix };
}

/** Reads clauses separated by commas; empty text is the set that everything meets; undefined when a clause is wrong. */
export function parseSpecifierSet(text: string): SpecifierSet | undefined {
  const specifiers: Specifier[] = [];
  for (const clause of text.split(",")) {
    if (strip(clause) === "") continue;
    const specifier = parseSpecifier(clause);
    if (specifier === undefined) return undefined;
    specifiers.push(specifier);
  }
  return { specifiers };
}

/**
 * Whether `version` meets every clause (PEP 440 as packaging 26.3 reads it). A text that is no version meets only
 * `===` clauses; `===` compares a text as given and a Version by its normalised text, case ignored.
 */
export function specifierContains(
  set: SpecifierSet,
  version: Version | string,
  options: ContainsOptions = {},
): boolean {
  const candidate = typeof version === "string" ? parseVersion(version) : version;
  if (options.prereleases === false && candidate !== undefined && isPrerelease(candidate)) return false;
  const text = typeof version === "string" ? version : formatVersion(version);
  return set.specifiers.every((specifier) => meets(specifier, candidate, text));
}

function meets(specifier: Specifier, candidate: Version | undefined, text: string): boolean {
  const { operator, version } = specifier;
  if (operator === "===") return text.toLowerCase() === specifier.text.toLowerCase();
  if (candidate === undefined || version === undefined) return false;
  if (specifier.prefix) return hasPrefix(candidate, version, version.release.length) === (operator === "==");
  switch (operator) {
    case "==":
      return equals(candidate, version);
    case "!=":
      return !equals(candidate, version);
    case ">=":
      return compareVersions(candidate, version) >= 0;
    case "<=":
      return comparePublic(candidate, version) <= 0;
    case "<":
      return isBefore(candidate, version);
    case ">":
      return isAfter(candidate, version);
    case "~=":
      return compareVersions(candidate, version) >= 0 && hasPrefix(candidate, version, version.release.length - 1);
  }
}

/** A specifier without a local part does not look at the candidate's. */
function equals(candidate: Version, version: Version): boolean {
  return (version.local === undefined ? comparePublic : compareVersions)(candidate, version) === 0;
}

function hasPrefix(candidate: Version, version: Version, length: number): boolean {
  if (candidate.epoch !== version.epoch) return false;
  return compareRelease(candidate.release.slice(0, length), version.release.slice(0, length)) === 0;
}

/** `<V` leaves out V's own pre-releases, unless V is one. */
function isBefore(candidate: Version, version: Version): boolean {
  const bound = isPrerelease(version) ? version : { ...version, dev: "0" };
  return compareVersions(candidate, bound) < 0;
}

/** `>V` leaves out V's local versions, and V's post-releases unless V is one or a development release. */
function isAfter(candidate: Version, version: Version): boolean {
  if (comparePublic(candidate, version) <= 0) return false;
  if (version.dev !== undefined || version.post !== undefined) return true;
  return !(
    candidate.epoch === version.epoch &&
    compareRelease(candidate.release, version.release) === 0 &&
    candidate.pre?.kind === version.pre?.kind &&
    candidate.pre?.number === version.pre?.number
  );
}

export function formatSpecifier(specifier: Specifier): string {
  return specifier.operator + specifier.text;
}

/** The clauses as written, sorted by code unit, without those that say the same: `!=1.0.1,>=1.0`. */
export function formatSpecifierSet(set: SpecifierSet): string {
  const byMeaning = new Map<string, string>();
  for (const specifier of [...set.specifiers].sort((a, b) => compareText(formatSpecifier(a), formatSpecifier(b)))) {
    const key = specifierKey(specifier);
    if (!byMeaning.has(key)) byMeaning.set(key, formatSpecifier(specifier));
  }
  return [...byMeaning.values()].join(",");
}

/** Clauses with equal keys hold for the same versions: `==1.0` and `==1.0.0`, but not `~=1.0` and `~=1.0.0`. */
export function specifierKey(specifier: Specifier): string {
  const { operator, text, version, prefix } = specifier;
  if (version === undefined || prefix) return operator + text;
  return operator + (operator === "~=" ? formatVersion(version) : versionKey(version));
}

/**
 * Whether a clause names a pre-release, which opts the package in to them (PEP 440, "Handling of pre-releases").
 * `===` counts when its text is a version.
 */
export function namesPrerelease(set: SpecifierSet): boolean {
  return set.specifiers.some(({ operator, text, version, prefix }) => {
    if (operator === "!=" || prefix) return false;
    const named = version ?? parseVersion(text);
    return named !== undefined && isPrerelease(named);
  });
}
