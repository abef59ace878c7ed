import { OciasmError, type SourceLocation } from "../../errors.ts";
import { locator } from "../../input/locate.ts";

/** One instruction of a Dockerfile, continuation lines joined and comments gone. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** `--from=builder` as ["from", "builder"]. */
  readonly flags: ReadonlyMap<string, string>;
  /** What follows the flags, as written. */
  readonly text: string;
  /** Bodies of the here-documents that the text opens, in order. */
  readonly heredocs: readonly string[];
  readonly at: SourceLocation;
}

/** 1 Mi UTF-16 units: such a file is written by hand. */
const MAX_LENGTH = 1024 * 1024;

/**
 * Splits a Dockerfile as BuildKit does (its frontend's parser): the `escape` directive, continuations with comments and
 * empty lines within, here-documents. Throws INPUT_INVALID for a file that is too large, an open here-document, or a line
 * that is no instruction.
 */
export function readInstructions(file: string, text: string): readonly Instruction[] {
  if (text.length > MAX_LENGTH) throw new OciasmError("INPUT_INVALID", `${file} is larger than 1 Mi characters`);
  const locate = locator(file, text);
  const lines = physicalLines(text);
  const continuation = escapeOf(lines);
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    const start = lines[at]?.start ?? 0;
    const joined = joinFrom(lines, at, continuation);
    at = joined.next;
    if (joined.text.trim() === "") continue;
    const location = locate(start + leadOf(lines, joined.first), joined.text.trim().length);
    const bodies: string[] = [];
    for (const name of heredocNames(joined.text)) {
      const body = heredocFrom(lines, at, name);
      if (body === undefined)
        throw new OciasmError("INPUT_INVALID", `the here-document ${name.word} has no end`, { location });
      bodies.push(body.text);
      at = body.next;
    }
    found.push(instructionOf(joined.text.trim(), bodies, location));
  }
  return found;
}

interface Line {
  readonly text: string;
  readonly start: number;
}

function physicalLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (const match of text.matchAll(/([^\r\n]*)(?:\r\n|\n|\r|$)/g)) {
    const start = match.index + (match.index === 0 && text.startsWith("\uFEFF") ? 1 : 0);
    lines.push({ text: text.slice(start, match.index + (match[1] ?? "").length), start });
  }
  return lines;
}

/** `# escape=` among the directives, which end at the first line that is none. */
function escapeOf(lines: readonly Line[]): string {
  for (const { text } of lines) {
    const directive = /^\s*#\s*([a-z]+)\s*=\s*(\S+)\s*$/i.exec(text);
    if (directive === null) break;
    if (directive[1]?.toLowerCase() === "escape" && directive[2] === "`") return "`";
  }
  return "\\";
}

function leadOf(lines: readonly Line[], at: number): number {
  const text = lines[at]?.text ?? "";
  return text.length - text.trimStart().length;
}

interface Joined {
  readonly text: string;
  readonly first: number;
  readonly next: number;
}

function joinFrom(lines: readonly Line[], start: number, continuation: string): Joined {
  const parts: string[] = [];
  let at = start;
  for (; at < lines.length; at++) {
    const text = lines[at]?.text ?? "";
    const isBlank = /^\s*(?:#.*)?$/.test(text);
    if (isBlank && parts.length === 0) return { text: "", first: start, next: at + 1 };
    if (isBlank) continue;
    const trimmed = text.trimEnd();
    if (!trimmed.endsWith(continuation)) return { text: [...parts, text].join(""), first: start, next: at + 1 };
    parts.push(trimmed.slice(0, -1));
  }
  return { text: parts.join(""), first: start, next: at };
}

interface HeredocName {
  readonly word: string;
  /** `<<-` takes tabs from the start of lines. */
  readonly strips: boolean;
}

/** Only RUN, COPY and ADD have them; `<<<` is none. */
function heredocNames(text: string): readonly HeredocName[] {
  if (!/^\s*(?:RUN|COPY|ADD)\s/i.test(text)) return [];
  return [...text.matchAll(/(?<!<)<<(-?)(["']?)([A-Za-z_]\w*)\2(?=\s|$|[;&|>)])/g)].map((match) => ({
    word: match[3] ?? "",
    strips: match[1] === "-",
  }));
}

function heredocFrom(
  lines: readonly Line[],
  start: number,
  { word, strips }: HeredocName,
): { text: string; next: number } | undefined {
  const body: string[] = [];
  for (let at = start; at < lines.length; at++) {
    const text = strips ? (lines[at]?.text ?? "").replace(/^\t+/, "") : (lines[at]?.text ?? "");
    if (text === word) return { text: body.join("\n"), next: at + 1 };
    body.push(text);
  }
  return undefined;
}

function instructionOf(text: string, heredocs: readonly string[], at: SourceLocation): Instruction {
  const head = /^([A-Za-z]+)(?:\s+|$)/.exec(text);
  if (head === null) throw new OciasmError("INPUT_INVALID", "this line is no instruction", { location: at });
  const flags = new Map<string, string>();
  let rest = text.slice(head[0].length);
  for (let flag = FLAG.exec(rest); flag !== null; flag = FLAG.exec(rest)) {
    flags.set(flag[1] ?? "", flag[2] ?? "");
    rest = rest.slice(flag[0].length);
  }
  return { keyword: (head[1] ?? "").toUpperCase(), flags, text: rest.trim(), heredocs, at };
}

const FLAG = /^--([a-z][a-z-]*)(?:=(\S*))?(?:\s+|$)/;
