import type { IndexOptions } from "./input.ts";
import type { ShellWord } from "./shell-words.ts";

/** One option of a line, under its long name. */
export interface LineOption {
  readonly name: string;
  readonly value: string;
  /** The words that it is made of. */
  readonly start: number;
  readonly end: number;
}

export interface OptionProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** pip's requirements file format: options that may stand on a line of their own. True: takes a value. */
const GLOBAL: ReadonlyMap<string, boolean> = new Map([
  ["--index-url", true],
  ["--extra-index-url", true],
  ["--no-index", false],
  ["--constraint", true],
  ["--requirement", true],
  ["--editable", true],
  ["--find-links", true],
  ["--no-binary", true],
  ["--only-binary", true],
  ["--prefer-binary", false],
  ["--require-hashes", false],
  ["--no-require-hashes", false],
  ["--pre", false],
  ["--all-releases", true],
  ["--only-final", true],
  ["--trusted-host", true],
  ["--use-feature", true],
]);

/** Options that may follow a requirement. */
const PER_REQUIREMENT: ReadonlyMap<string, boolean> = new Map([
  ["--hash", true],
  ["--config-settings", true],
  ["--config-setting", true],
  ["--global-option", true],
]);

const EDITABLE: ReadonlyMap<string, boolean> = new Map([
  ...GLOBAL,
  ["--config-settings", true],
  ["--config-setting", true],
]);

const SHORT: ReadonlyMap<string, string> = new Map([
  ["-i", "--index-url"],
  ["-c", "--constraint"],
  ["-r", "--requirement"],
  ["-e", "--editable"],
  ["-f", "--find-links"],
  ["-C", "--config-settings"],
]);

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["--pypi-url", "--index-url"],
  ["--constraints", "--constraint"],
  ["--requirements", "--requirement"],
]);

/** Reads the options of a line; `perRequirement` says which of pip's two sets is allowed. */
export function parseOptions(
  words: readonly ShellWord[],
  perRequirement: boolean,
): { readonly options: readonly LineOption[]; readonly problems: readonly OptionProblem[] } {
  const options: LineOption[] = [];
  const problems: OptionProblem[] = [];
  const isEditable = words[0] !== undefined && splitOption(words[0].text).name === "--editable";
  const allowed = perRequirement ? PER_REQUIREMENT : isEditable ? EDITABLE : GLOBAL;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    const { name, inline } = splitOption(word.text);
    const takesValue = allowed.get(name);
    const next = words[at + 1];
    if (takesValue === undefined) problems.push(unknown(word, name, perRequirement));
    else if (!takesValue) options.push({ name, value: "", start: word.start, end: word.end });
    else if (inline !== undefined) options.push({ name, value: inline, start: word.start, end: word.end });
    else if (next === undefined) problems.push({ ...word, message: `${name} lacks its value` });
    else {
      options.push({ name, value: next.text, start: word.start, end: next.end });
      at++;
    }
  }
  return { options, problems };
}

function splitOption(text: string): { readonly name: string; readonly inline: string | undefined } {
  if (text.startsWith("--")) {
    const equals = text.indexOf("=");
    const name = equals === -1 ? text : text.slice(0, equals);
    return { name: ALIASES.get(name) ?? name, inline: equals === -1 ? undefined : text.slice(equals + 1) };
  }
  const name = SHORT.get(text.slice(0, 2));
  if (name === undefined) return { name: text, inline: undefined };
  return { name, inline: text.length > 2 ? text.slice(2) : undefined };
}

function unknown(word: ShellWord, name: string, perRequirement: boolean): OptionProblem {
  const place = { start: word.start, end: word.end };
  if (!word.text.startsWith("-"))
    return { ...place, message: `unexpected ${JSON.stringify(word.text)} after the options` };
  if (perRequirement && GLOBAL.has(name)) return { ...place, message: `${name} must stand on a line of its own` };
  if (!perRequirement && PER_REQUIREMENT.has(name)) return { ...place, message: `${name} must follow a requirement` };
  return { ...place, message: `pip knows no option ${name} here` };
}

/** The part of a file's options that says where packages come from. */
export interface OptionsDraft {
  indexUrl: string | undefined;
  readonly extraIndexUrls: string[];
  readonly findLinks: string[];
  noIndex: boolean;
  readonly trustedHosts: string[];
  readonly onlyBinary: string[];
  readonly noBinary: string[];
  pre: boolean;
  /** What `--pre`, `--all-releases :all:` and `--only-final :all:` say; the last one counts. */
  prerelease: "allow" | "disallow" | undefined;
  requireHashes: boolean | undefined;
}

export function newOptions(): OptionsDraft {
  return {
    indexUrl: undefined,
    extraIndexUrls: [],
    findLinks: [],
    noIndex: false,
    trustedHosts: [],
    onlyBinary: [],
    noBinary: [],
    pre: false,
    prerelease: undefined,
    requireHashes: undefined,
  };
}

/** Takes in one option as pip does: the last index wins, lists grow, `:all:` and `:none:` start over. */
export function applyOption(draft: OptionsDraft, option: LineOption): void {
  switch (option.name) {
    case "--index-url":
      draft.indexUrl = option.value;
      return;
    case "--extra-index-url":
      draft.extraIndexUrls.push(option.value);
      return;
    case "--find-links":
      draft.findLinks.push(option.value);
      return;
    case "--no-index":
      draft.noIndex = true;
      return;
    case "--trusted-host":
      draft.trustedHosts.push(option.value);
      return;
    case "--only-binary":
      applyFormatControl(draft.onlyBinary, draft.noBinary, option.value);
      return;
    case "--no-binary":
      applyFormatControl(draft.noBinary, draft.onlyBinary, option.value);
      return;
    case "--pre":
      draft.pre = true;
      draft.prerelease = "allow";
      return;
    case "--all-releases":
      if (option.value === ":all:") draft.prerelease = "allow";
      return;
    case "--only-final":
      if (option.value === ":all:") draft.prerelease = "disallow";
      return;
    case "--require-hashes":
      draft.requireHashes = true;
      return;
    case "--no-require-hashes":
      draft.requireHashes = false;
      return;
    default:
      // Nothing is built here, which is more than --prefer-binary asks for; --use-feature is pip's own.
      return;
  }
}

/** pip's FormatControl.handle_mutual_excludes. */
function applyFormatControl(target: string[], other: string[], value: string): void {
  let names = value.split(",").map((name) => name.trim());
  if (names.includes(":all:")) {
    other.splice(0);
    target.splice(0, target.length, ":all:");
    names = names.slice(names.lastIndexOf(":all:") + 1);
    // Without a :none: behind it, :all: makes the other names moot.
    if (!names.includes(":none:")) return;
  }
  for (const name of names) {
    if (name === ":none:") target.splice(0);
    else if (name !== "") {
      const normalised = name.replace(/[-_.]+/g, "-").toLowerCase();
      if (other.includes(normalised)) other.splice(other.indexOf(normalised), 1);
      if (!target.includes(normalised)) target.push(normalised);
    }
  }
}

export function finishOptions(draft: OptionsDraft): IndexOptions {
  return {
    ...(draft.indexUrl === undefined ? {} : { indexUrl: draft.indexUrl }),
    extraIndexUrls: draft.extraIndexUrls,
    findLinks: draft.findLinks,
    noIndex: draft.noIndex,
    trustedHosts: draft.trustedHosts,
    onlyBinary: draft.onlyBinary,
    noBinary: draft.noBinary,
    pre: draft.pre,
  };
}
