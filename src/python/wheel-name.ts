import { compareDigits, compareText, type Digits, toDigits } from "./digits.ts";
import { normalizeName } from "./name.ts";
import { type Parsed, type ParseProblem, parsed, problem } from "./parsed.ts";
import { parseVersion, type Version } from "./version.ts";

/** What a wheel's file name says (PEP 427, PEP 425). */
export interface WheelName {
  readonly filename: string;
  /** Normalised. */
  readonly name: string;
  readonly version: Version;
  readonly build?: BuildTag;
  /** The three dot-sets, in lower case. */
  readonly pythons: readonly string[];
  readonly abis: readonly string[];
  readonly platforms: readonly string[];
  /** All combinations: `py2-none-any`, `py3-none-any`. */
  readonly tags: readonly string[];
}

export interface BuildTag {
  readonly number: Digits;
  readonly suffix: string;
}

/** Longer than any file system takes. */
export const MAX_WHEEL_NAME = 512;
const MAX_TAGS = 1024;

const NAME = /^[\p{L}\p{N}_.]+$/u;
const BUILD = /^([0-9]+)(.*)$/;
const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Reads a file name, not a URL: the caller decodes `%2B` first. Name, version and tags may be in any case. */
export function parseWheelName(filename: string): Parsed<WheelName> {
  if (!filename.endsWith(".whl")) return problem("the name of a wheel ends in .whl", 0, filename.length);
  if (filename.length > MAX_WHEEL_NAME) return problem(`a wheel name longer than ${MAX_WHEEL_NAME} characters`);
  const parts = filename.slice(0, -".whl".length).split("-");
  const build = parts.length === 6 ? parts[2] : undefined;
  const unfit = unfitParts(parts);
  if (unfit !== undefined) return problem(unfit, 0, filename.length);
  const [nameText = "", versionText = ""] = parts;
  const name = readName(nameText);
  if (name === undefined) return problem(`${JSON.stringify(nameText)} is no project name`, 0, nameText.length);
  const version = parseVersion(versionText);
  if (version === undefined) return badPart(filename, versionText, "no version");
  const buildTag = build === undefined ? undefined : BUILD.exec(build);
  if (buildTag === null) return badPart(filename, build ?? "", "no build tag: that starts with a digit");
  const tags = parseTags(parts.slice(-3).join("-"));
  if (!tags.ok) return { ...tags, offset: tags.offset + parts.slice(0, -3).join("-").length + 1 };
  return parsed({
    filename,
    name,
    version,
    ...(buildTag === undefined ? {} : { build: { number: toDigits(buildTag[1] ?? ""), suffix: buildTag[2] ?? "" } }),
    ...tags.value,
  });
}

function readName(text: string): string | undefined {
  return text.includes("__") || !NAME.test(text) ? undefined : normalizeName(text);
}

function unfitParts(parts: readonly string[]): string | undefined {
  if (parts.length === 7 || (parts.length === 6 && !/^[0-9]/.test(parts[2] ?? "") && IDENTIFIER.test(parts[2] ?? ""))) {
    return "a wheel variant (PEP 825), which is not supported, or a build tag that does not start with a digit";
  }
  if (parts.length === 5 || parts.length === 6) return undefined;
  return `${parts.length} parts between dashes: a wheel name has five, or six with a build tag`;
}

function badPart(filename: string, part: string, why: string): ParseProblem {
  return problem(`${JSON.stringify(part)} is ${why}`, Math.max(0, filename.indexOf(`-${part}-`) + 1), part.length);
}

export type TagSet = Pick<WheelName, "pythons" | "abis" | "platforms" | "tags">;

/** Reads a compressed tag set, as a wheel's name and its WHEEL file have them: `py2.py3-none-any`. */
export function parseTags(text: string): Parsed<TagSet> {
  const sets = text.split("-").map((set) => set.toLowerCase().split("."));
  const [pythons, abis, platforms] = sets;
  if (pythons === undefined || abis === undefined || platforms === undefined || sets.length !== 3) {
    return problem(`${JSON.stringify(text)} is no tag: a tag has three parts`, 0, text.length);
  }
  if (sets.some((set) => set.includes("")))
    return problem(`a part of the tag ${JSON.stringify(text)} is empty`, 0, text.length);
  const odd = pythons.find((python) => !IDENTIFIER.test(python));
  if (odd !== undefined) return problem(`${JSON.stringify(odd)} is no Python tag`, 0, text.length);
  if (pythons.length * abis.length * platforms.length > MAX_TAGS)
    return problem(`more than ${MAX_TAGS} tags`, 0, text.length);
  const tags = pythons.flatMap((python) =>
    abis.flatMap((abi) => platforms.map((platform) => `${python}-${abi}-${platform}`)),
  );
  return parsed({ pythons, abis, platforms, tags });
}

/** By number, then by suffix; no build tag comes first (PEP 427). */
export function compareBuildTags(a: BuildTag | undefined, b: BuildTag | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareDigits(a.number, b.number) || compareText(a.suffix, b.suffix);
}
