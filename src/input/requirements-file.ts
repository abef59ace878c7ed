import { OciasmError, type SourceLocation } from "../errors.ts";
import { fileNameOf, fileUrl, isUrl, looksLikePath, withoutCredentials } from "./direct.ts";
import type { InputContext } from "./input.ts";
import { type Locate, locator } from "./locate.ts";
import { type LogicalLine, logicalLines } from "./logical-lines.ts";
import { collectProblems, type Problems } from "./problems.ts";
import { type RequirementText, readRequirementText } from "./requirement-line.ts";
import { applyOption, type LineOption, newOptions, type OptionsDraft, parseOptions } from "./requirements-options.ts";
import { type ShellWord, shellWords } from "./shell-words.ts";

/** One requirement or constraint as it stands in a file. */
export interface RequirementEntry {
  readonly requirement: RequirementText;
  readonly editable: boolean;
  readonly constraint: boolean;
  readonly override: boolean;
  /** Lower-case hex. */
  readonly sha256: readonly string[];
  /** Any `--hash` at all, which turns pip's hash-checking mode on. */
  readonly hasHash: boolean;
  readonly file: string;
  readonly location: SourceLocation;
}

/** What all files of one request say together. */
export interface RequirementsDraft {
  readonly entries: RequirementEntry[];
  readonly options: OptionsDraft;
  readonly problems: Problems;
  readonly warnings: string[];
  /** Files read so far: a guard against include trees that grow without end. */
  files: number;
}

/** Nothing read yet. */
export function newDraft(): RequirementsDraft {
  return { entries: [], options: newOptions(), problems: collectProblems(), warnings: [], files: 0 };
}

const MAX_FILES = 500;
/** 16 Mi UTF-16 units. */
const MAX_LENGTH = 16 * 1024 * 1024;

interface Reader {
  readonly file: string;
  readonly constraint: boolean;
  readonly override: boolean;
  /** The file and those that include it. */
  readonly stack: readonly string[];
  readonly context: InputContext;
  readonly draft: RequirementsDraft;
  readonly locate: Locate;
}

export interface RequirementsText {
  readonly file: string;
  readonly text: string;
  /** Reached by `-c`: every line in it, and in what it includes, is a constraint. */
  readonly constraint: boolean;
  /** Each of its requirements takes the place of all others of its name. */
  readonly override?: boolean;
}

/** Adds what `source` and the files that it includes say to `draft`. */
export function readRequirementsFile(
  source: RequirementsText,
  context: InputContext,
  draft: RequirementsDraft,
  stack: readonly string[] = [],
): void {
  const { file, text, constraint, override = false } = source;
  const locate = locator(file, text);
  const reader: Reader = { file, constraint, override, stack: [...stack, file], context, draft, locate };
  draft.files += 1;
  if (text.length > MAX_LENGTH) {
    draft.problems.add(new OciasmError("INPUT_INVALID", `${file} is larger than 16 Mi characters`));
    return;
  }
  for (const line of logicalLines(text, context.environment)) readLine(reader, line);
}

/** uv lets a marker follow `-e`; pip looks away from it. */
const EDITABLE_WITH_MARKER = /^(?:-e\s*|--editable(?:\s+|=))([^\s;"']+\s*;[^\\]*?)(?=\s-|$)/;

function readLine(reader: Reader, line: LogicalLine): void {
  const editable = EDITABLE_WITH_MARKER.exec(line.text);
  if (editable?.[1] !== undefined && readMarkedEditable(reader, line, editable[1], editable[0].length)) return;
  const optionsAt = startOfOptions(line.text);
  const argument = line.text.slice(0, optionsAt).trimEnd();
  const words = shellWords(line.text.slice(optionsAt))?.map((word) => shift(word, optionsAt));
  if (words === undefined) {
    report(reader, line, optionsAt, line.text.length, "a quote or a backslash is left open");
    return;
  }
  const { options, problems } = parseOptions(words, argument !== "");
  for (const { start, end, message } of problems) report(reader, line, start, end, message);
  if (argument !== "") readRequirement(reader, line, argument, options);
  else for (const option of options) readGlobalOption(reader, line, option);
}

/** pip: the argument ends before the first word that starts with a dash. */
function startOfOptions(text: string): number {
  if (text.startsWith("-")) return 0;
  const match = /\s-/.exec(text);
  return match === null ? text.length : match.index + 1;
}

function shift(word: ShellWord, by: number): ShellWord {
  return { text: word.text, start: word.start + by, end: word.end + by };
}

function readRequirement(reader: Reader, line: LogicalLine, argument: string, options: readonly LineOption[]): void {
  const requirement = readRequirementText(argument);
  if ("message" in requirement) {
    const { offset, length, message } = requirement;
    report(reader, line, offset, offset + length, message);
    return;
  }
  const hashes = options.filter((option) => option.name === "--hash");
  const sha256 = hashes.map((option) => readHash(reader, line, option)).filter((hash) => hash !== undefined);
  reader.draft.entries.push({
    requirement,
    editable: false,
    constraint: reader.constraint,
    override: reader.override && !reader.constraint,
    sha256,
    hasHash: hashes.length > 0,
    file: reader.file,
    location: place(reader, line, 0, argument.length),
  });
}

const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** undefined for a problem, and for sha384 and sha512, which nothing here computes. */
function readHash(reader: Reader, line: LogicalLine, option: LineOption): string | undefined {
  const colon = option.value.indexOf(":");
  const algorithm = colon === -1 ? "" : option.value.slice(0, colon);
  const value = option.value.slice(colon + 1).toLowerCase();
  const length = DIGEST_LENGTHS.get(algorithm);
  if (colon === -1) {
    report(reader, line, option.start, option.end, "a hash is written --hash=sha256:…");
  } else if (length === undefined) {
    const hint = "write sha256 hashes: `uv pip compile --generate-hashes` does";
    report(reader, line, option.start, option.end, `a hash of type ${JSON.stringify(algorithm)} is refused`, hint);
  } else if (value.length !== length || !/^[0-9a-f]+$/.test(value)) {
    report(reader, line, option.start, option.end, `not a ${algorithm}: it takes ${length} hex digits`);
  } else if (algorithm === "sha256") return value;
  return undefined;
}

function readGlobalOption(reader: Reader, line: LogicalLine, option: LineOption): void {
  const { draft, file } = reader;
  switch (option.name) {
    case "--requirement":
      include(reader, line, option, reader.constraint);
      return;
    case "--constraint":
      include(reader, line, option, true);
      return;
    case "--editable":
      readEditable(reader, line, option);
      return;
    case "--all-releases":
    case "--only-final":
      if (!/^:(?:all|none):$/.test(option.value))
        draft.warnings.push(`${option.name} ${option.value} is not heeded: say --prerelease`);
      applyOption(draft.options, option);
      return;
    case "--find-links":
    case "--index-url":
    case "--extra-index-url":
      applyOption(draft.options, {
        ...option,
        value: isUrl(option.value) ? option.value : fileUrl(option.value, file),
      });
      return;
    default:
      applyOption(draft.options, option);
  }
}

function readEditable(reader: Reader, line: LogicalLine, option: LineOption): void {
  const { target = "", extras, ...rest } = readTarget(option.value);
  const { file, constraint } = reader;
  const requirement = { target: target.replace(/\[[^\]]*\]$/, ""), extras, ...rest };
  const override = reader.override && !constraint;
  const location = place(reader, line, option.start, option.end);
  reader.draft.entries.push({
    requirement,
    editable: true,
    constraint,
    override,
    sha256: [],
    hasHash: false,
    file,
    location,
  });
}

function readMarkedEditable(reader: Reader, line: LogicalLine, value: string, end: number): boolean {
  if (!/\s;|;\s/.test(value)) return false;
  const start = end - value.length;
  const read = readRequirementText(isUrl(value) || looksLikePath(value) ? value : `./${value}`);
  if ("message" in read) report(reader, line, start + read.offset, start + read.offset + read.length, read.message);
  else readEditable(reader, line, { name: "--editable", value, start: 0, end });
  return true;
}

/** What `-e` names is always a place, also `pkg`, which would be a name without it. */
function readTarget(text: string): RequirementText {
  const read = readRequirementText(isUrl(text) || looksLikePath(text) ? text : `./${text}`);
  return "message" in read ? { target: text, extras: [] } : read;
}

function include(reader: Reader, line: LogicalLine, option: LineOption, constraint: boolean): void {
  const { draft, context, stack } = reader;
  const at = (code: OciasmError["code"], message: string, hint?: string): void => {
    const location = place(reader, line, option.start, option.end);
    draft.problems.add(new OciasmError(code, message, { location, hint }));
  };
  if (isUrl(option.value) && !option.value.startsWith("file:")) {
    const shown = withoutCredentials(option.value);
    at(
      "INPUT_UNSUPPORTED",
      `${shown} would come from the network unchecked`,
      `save ${fileNameOf(shown)} beside this file`,
    );
    return;
  }
  if (draft.files >= MAX_FILES) {
    if (draft.files === MAX_FILES) at("INPUT_INVALID", `more than ${MAX_FILES} files include each other`);
    draft.files += 1;
    return;
  }
  const path = option.value.startsWith("file:") ? pathOfUrl(option.value) : option.value;
  const found = context.readInclude(path, reader.file);
  if (found === undefined) at("INPUT_NOT_FOUND", `there is no ${option.value}`, "paths are relative to this file");
  else if (stack.includes(found.path))
    at("INPUT_INVALID", `${option.value} includes itself: ${[...stack, found.path].join(" → ")}`);
  else {
    const { path: file, text } = found;
    readRequirementsFile({ file, text, constraint, override: reader.override }, context, draft, stack);
  }
}

function pathOfUrl(url: string): string {
  const path = url.replace(/^file:(?:\/\/(?:localhost)?)?/i, "").replace(/^\/([a-z]:)/i, "$1");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function place(reader: Reader, line: LogicalLine, start: number, end: number): SourceLocation {
  const from = line.offsetAt(start);
  return reader.locate(from, Math.max(1, line.offsetAt(Math.max(start, end - 1)) + 1 - from));
}

function report(reader: Reader, line: LogicalLine, start: number, end: number, message: string, hint?: string): void {
  const location = place(reader, line, start, end);
  reader.draft.problems.add(new OciasmError("INPUT_INVALID", message, { location, hint }));
}
