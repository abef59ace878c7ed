import { OciasmError, type SourceLocation } from "../errors.ts";
import { isValidName, normalizeExtra, normalizeName } from "../python/name.ts";
import { parseRequirement } from "../python/requirement.ts";
import { parseRequiresPython } from "../python/requires-python.ts";
import { withAbsoluteUrl } from "./asked.ts";
import { byName } from "./by-name.ts";
import { type IniLine, type IniOption, readIni } from "./ini.ts";
import type { InputContext } from "./input.ts";
import { type Locate, locator } from "./locate.ts";
import { newRequest } from "./new-request.ts";
import { collectProblems, type Problems } from "./problems.ts";
import type { Asked, RequestFormat, RequirementsInput } from "./request.ts";
import { askedOfDraft } from "./requirements-asked.ts";
import { newDraft } from "./requirements-draft.ts";
import { readRequirementsFile } from "./requirements-file.ts";

export const setupCfg: RequestFormat = {
  name: "setup.cfg",
  matches: (baseName) => baseName === "setup.cfg",
  parse: readSetupCfg,
};

interface CfgReader {
  readonly context: InputContext;
  readonly locate: Locate;
  readonly problems: Problems;
}

/** 1 Mi UTF-16 units. */
const MAX_LENGTH = 1024 * 1024;

/** setuptools' declarative configuration: `[options] install_requires, python_requires`, `[options.extras_require]`. */
export function readSetupCfg(text: string, context: InputContext): RequirementsInput {
  const { file } = context;
  if (text.length > MAX_LENGTH) throw new OciasmError("INPUT_INVALID", `${file} is larger than 1 Mi characters`);
  const problems = collectProblems();
  const reader: CfgReader = { context, locate: locator(file, text), problems };
  const { options, problems: found } = readIni(text);
  for (const { message, offset, length } of found) report(reader, message, reader.locate(offset, length));
  const option = (section: string, key: string): IniOption | undefined =>
    options.findLast((one) => one.section === section && one.key.replaceAll("-", "_") === key);
  const name = textOf(option("metadata", "name"));
  const requiresPython = readPython(option("options", "python_requires"), reader);
  const requirements = readList(option("options", "install_requires"), reader);
  const extras = readExtras(
    options.filter(({ section }) => section === "options.extras_require"),
    reader,
  );
  problems.check();
  return newRequest({
    format: "setup.cfg",
    file,
    requirements,
    extras,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(name === undefined || !isValidName(name) ? {} : { project: normalizeName(name) }),
  });
}

function textOf(option: IniOption | undefined): string | undefined {
  const text = option?.lines
    .map((line) => line.text)
    .join(" ")
    .trim();
  return text === "" ? undefined : text;
}

function readPython(option: IniOption | undefined, reader: CfgReader): string | undefined {
  const text = textOf(option);
  if (option === undefined || text === undefined) return undefined;
  if (parseRequiresPython(text) !== undefined) return text;
  report(
    reader,
    `${JSON.stringify(text)} is no set of Python versions`,
    reader.locate(option.offset, option.key.length),
  );
  return undefined;
}

function readExtras(options: readonly IniOption[], reader: CfgReader): RequirementsInput["extras"] {
  return byName(options.map((option) => [normalizeExtra(option.key), readList(option, reader)] as const));
}

/** setuptools' list: one to a line, or split at semicolons when there is one line only. */
function readList(option: IniOption | undefined, reader: CfgReader): readonly Asked[] {
  const lines = (option?.lines ?? []).filter(({ text }) => text !== "");
  const [first] = lines;
  if (first === undefined) return [];
  if (/^file:/i.test(first.text)) return readFiles(lines, reader);
  const isOneLine = (option?.lines.length ?? 0) === 1;
  const items = isOneLine ? splitAt(first, /;/g) : lines;
  return items.flatMap((item) => readItem(item, reader));
}

function splitAt({ text, offset }: IniLine, separator: RegExp): readonly IniLine[] {
  let at = 0;
  return text.split(separator).flatMap((part) => {
    const start = at + part.length - part.trimStart().length;
    at += part.length + 1;
    return part.trim() === "" ? [] : [{ text: part.trim(), offset: offset + start }];
  });
}

function readItem({ text, offset }: IniLine, reader: CfgReader): readonly Asked[] {
  const [body = ""] = text.split(/\s+#/);
  const parsed = parseRequirement(body.trim());
  if (!parsed.ok) {
    report(
      reader,
      `${JSON.stringify(body.slice(0, 80))} is no requirement: ${parsed.message}`,
      reader.locate(offset + parsed.offset, parsed.length),
    );
    return [];
  }
  const requirement = withAbsoluteUrl(parsed.value, reader.context.file);
  return [{ requirement, text: body, location: reader.locate(offset, body.length), sha256: [] }];
}

/** `file: a.txt, b.txt`, each a list of requirements. */
function readFiles(lines: readonly IniLine[], reader: CfgReader): readonly Asked[] {
  const { context } = reader;
  return lines.flatMap((line, index) => {
    const paths = index === 0 ? { text: line.text.replace(/^file:\s*/i, ""), offset: line.offset } : line;
    return splitAt(paths, /,/g).flatMap(({ text: path }) => {
      const location = reader.locate(line.offset, line.text.length);
      const found = context.readInclude(path, context.file);
      if (found === undefined) {
        report(reader, `there is no ${path}`, location);
        return [];
      }
      const draft = newDraft();
      readRequirementsFile({ file: found.path, text: found.text, constraint: false }, context, draft);
      const asked = askedOfDraft(draft);
      adoptProblems(draft.problems, reader.problems);
      return asked;
    });
  });
}

function adoptProblems(from: Problems, to: Problems): void {
  try {
    from.check();
  } catch (error) {
    if (!(error instanceof OciasmError)) throw error;
    to.add(error);
  }
}

function report({ problems }: CfgReader, message: string, location: SourceLocation): void {
  problems.add(new OciasmError("INPUT_INVALID", message, { location }));
}
