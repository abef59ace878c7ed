import { OciasmError } from "../errors.ts";
import { askedList } from "./asked.ts";
import type { InputContext } from "./input.ts";
import { locator } from "./locate.ts";
import { newRequest } from "./new-request.ts";
import { readRequiresPython } from "./pyproject-project.ts";
import type { PyprojectReader } from "./pyproject-reader.ts";
import type { RequestFormat, RequirementsInput } from "./request.ts";
import { readTomlNodes } from "./toml-node.ts";
import { readUvSettings } from "./uv-settings.ts";

/** A Python file that says in a comment what it needs (PEP 723). */
export const script: RequestFormat = {
  name: "script",
  matches: (baseName) => /\.pyw?$/i.test(baseName) && baseName !== "setup.py",
  parse: readScript,
};

interface Block {
  /** Offset of the line behind the opening one. */
  readonly start: number;
  readonly end: number;
}

/** 16 Mi UTF-16 units. */
const MAX_LENGTH = 16 * 1024 * 1024;

/** Throws INPUT_INVALID for a script without a block, with several, or with one that is wrong; places are those in the script. */
function readScript(text: string, context: InputContext): RequirementsInput {
  const { file } = context;
  if (text.length > MAX_LENGTH) throw new OciasmError("INPUT_INVALID", `${file} is larger than 16 Mi characters`);
  const locate = locator(file, text);
  const [block, second] = scriptBlocks(text);
  if (block === undefined) {
    const hint = 'begin it with "# /// script", "# dependencies = [...]" and "# ///", as `uv add --script` does';
    throw new OciasmError("INPUT_INVALID", `${file} has no script block that says what it needs`, {
      hint,
      location: locate(0),
    });
  }
  if (second !== undefined) {
    const location = locate(lineBefore(text, second.start), "# /// script".length);
    throw new OciasmError("INPUT_INVALID", `${file} has two script blocks`, { hint: "join them into one", location });
  }
  const { root, problems } = readTomlNodes(file, tomlOf(text, block), locate);
  const uv = root.at("tool", "uv");
  const reader: PyprojectReader = { root, file, context, warnings: [] };
  const requiresPython = readRequiresPython(root.at("requires-python"));
  const requirements = askedList(root.at("dependencies"), file);
  const settings = uv === undefined ? {} : readUvSettings(uv, reader);
  problems.check();
  return newRequest({
    format: "script",
    file,
    requirements,
    ...settings,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    warnings: reader.warnings,
  });
}

/** Whether a Python file has such a block. */
export function hasScriptBlock(text: string): boolean {
  return scriptBlocks(text).length > 0;
}

/**
 * What the regular expression of PEP 723 finds for the type `script`: a block goes on to the last `# ///` of its run of
 * comment lines, and has at least one line.
 */
function scriptBlocks(text: string): readonly Block[] {
  const found: Block[] = [];
  const lines = [...text.matchAll(/([^\r\n]*)(?:\r\n|\n|\r|$)/g)].map((match) => ({
    text: match[1] ?? "",
    start: match.index,
    end: match.index + match[0].length,
  }));
  for (let index = 0; index < lines.length; index++) {
    const type = /^# \/\/\/ ([a-zA-Z0-9-]+)$/.exec(lines[index]?.text ?? "")?.[1];
    if (type === undefined) continue;
    let last = -1;
    let at = index + 1;
    for (; /^#(?: |$)/.test(lines[at]?.text ?? ""); at++) if (lines[at]?.text === "# ///" && at > index + 1) last = at;
    if (last === -1) continue;
    const block = { start: lines[index]?.end ?? 0, end: lines[last]?.start ?? 0 };
    if (type === "script") found.push(block);
    index = last;
  }
  return found;
}

/** The text with blanks for all that is no TOML, so that every offset stays what it is. */
function tomlOf(text: string, { start, end }: Block): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, " ");
  const content = text.slice(start, end).replace(/^# ?/gm, blank);
  return blank(text.slice(0, start)) + content + blank(text.slice(end));
}

function lineBefore(text: string, offset: number): number {
  return Math.max(0, text.lastIndexOf("\n", Math.max(0, offset - 2)) + 1);
}
