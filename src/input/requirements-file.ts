import { OciasmError } from "../errors.ts";
import { fileNameOf, fileUrl, isUrl, withoutCredentials } from "./direct.ts";
import type { InputContext } from "./input.ts";
import { locator } from "./locate.ts";
import { type LogicalLine, logicalLines } from "./logical-lines.ts";
import { readRequirementText } from "./requirement-line.ts";
import type { RequirementsDraft } from "./requirements-draft.ts";
import { readEditable, readMarkedEditable } from "./requirements-editable.ts";
import { readSha256 } from "./requirements-hash.ts";
import { applyOption, type LineOption, parseOptions } from "./requirements-options.ts";
import { place, type RequirementsReader, report } from "./requirements-reader.ts";
import { type ShellWord, shellWords } from "./shell-words.ts";

const MAX_FILES = 500;
/** 16 Mi UTF-16 units. */
const MAX_LENGTH = 16 * 1024 * 1024;

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
  const reader: RequirementsReader = { file, constraint, override, stack: [...stack, file], context, draft, locate };
  draft.files += 1;
  if (text.length > MAX_LENGTH) {
    draft.problems.add(new OciasmError("INPUT_INVALID", `${file} is larger than 16 Mi characters`));
    return;
  }
  for (const line of logicalLines(text, context.environment)) readLine(reader, line);
}

function readLine(reader: RequirementsReader, line: LogicalLine): void {
  if (readMarkedEditable(reader, line)) return;
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

function readRequirement(
  reader: RequirementsReader,
  line: LogicalLine,
  argument: string,
  options: readonly LineOption[],
): void {
  const requirement = readRequirementText(argument);
  if ("message" in requirement) {
    const { offset, length, message } = requirement;
    report(reader, line, offset, offset + length, message);
    return;
  }
  const hashes = options.filter((option) => option.name === "--hash");
  const sha256 = hashes.map((option) => readSha256(reader, line, option)).filter((hash) => hash !== undefined);
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

function readGlobalOption(reader: RequirementsReader, line: LogicalLine, option: LineOption): void {
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

function include(reader: RequirementsReader, line: LogicalLine, option: LineOption, constraint: boolean): void {
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
