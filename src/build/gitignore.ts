import { compileGlob, type Glob, literalPrefix, matchGlob } from "./wildmatch.ts";

/** One line of a .gitignore. */
export interface IgnoreRule {
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  /** Matches the path from the file's own folder; otherwise only the last part, at any depth. */
  readonly anchored: boolean;
  readonly glob: Glob;
}

/** The rules of one file, with the folder that they are relative to: its parts from the context. */
export interface IgnoreFile {
  readonly base: readonly string[];
  readonly rules: readonly IgnoreRule[];
}

/** Reads gitignore(5) syntax; also used for .ociasmignore and for patterns of the configuration. */
export function parseIgnore(text: string): readonly IgnoreRule[] {
  return text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .map((line) => parseRule(line.replace(/\r$/, "")))
    .filter((rule) => rule !== undefined);
}

function parseRule(line: string): IgnoreRule | undefined {
  if (line.startsWith("#")) return undefined;
  let pattern = withoutTrailingSpaces(line);
  const negated = pattern.startsWith("!");
  if (negated) pattern = pattern.slice(1);
  const directoryOnly = pattern.endsWith("/");
  if (directoryOnly) pattern = pattern.slice(0, -1);
  if (pattern === "" || pattern === "/") return undefined;
  const anchored = pattern.includes("/");
  return { negated, directoryOnly, anchored, glob: compileGlob(pattern.startsWith("/") ? pattern.slice(1) : pattern) };
}

/** A space at the end counts only behind a backslash. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === " ") end -= 1;
  let backslashes = 0;
  while (end > backslashes && line[end - 1 - backslashes] === "\\") backslashes += 1;
  return line.slice(0, backslashes % 2 === 1 && end < line.length ? end + 1 : end);
}

/** What the last rule that matches says; undefined when none does. Parents are the caller's walk to check. */
export function decide(
  files: readonly IgnoreFile[],
  path: readonly string[],
  isDirectory: boolean,
): boolean | undefined {
  for (let at = files.length - 1; at >= 0; at--) {
    const file = files[at];
    if (file === undefined || !isBelow(path, file.base)) continue;
    const own = path.slice(file.base.length);
    const rule = file.rules.findLast((candidate) => matchRule(candidate, own, isDirectory));
    if (rule !== undefined) return !rule.negated;
  }
  return undefined;
}

/** Whether a rule matches the path or a folder that it lies in. */
export function matchesWithin(rules: readonly IgnoreRule[], path: readonly string[], isDirectory: boolean): boolean {
  const file = { base: [], rules };
  for (let length = 1; length <= path.length; length++) {
    const whole = length === path.length;
    if (decide([file], path.slice(0, length), whole ? isDirectory : true) === true) return true;
  }
  return false;
}

/** Whether something below `directory` could match: false only when every rule starts elsewhere. */
export function mayMatchBelow(rules: readonly IgnoreRule[], directory: readonly string[]): boolean {
  return rules.some((rule) => {
    if (!rule.anchored) return true;
    const prefix = literalPrefix(rule.glob);
    const shared = Math.min(prefix.length, directory.length);
    return prefix.slice(0, shared).every((part, index) => part === directory[index]);
  });
}

function matchRule(rule: IgnoreRule, path: readonly string[], isDirectory: boolean): boolean {
  if (rule.directoryOnly && !isDirectory) return false;
  return matchGlob(rule.glob, rule.anchored ? path : path.slice(-1));
}

function isBelow(path: readonly string[], base: readonly string[]): boolean {
  return path.length > base.length && base.every((part, index) => path[index] === part);
}
