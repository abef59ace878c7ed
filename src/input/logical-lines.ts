/** A line of a requirements file as pip sees it: continuations joined, comment gone, `${NAME}` filled in. */
export interface LogicalLine {
  readonly text: string;
  /** Where in the file the character at `index` of `text` stands. */
  offsetAt(index: number): number;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Draft {
  readonly text: string;
  readonly offsets: readonly number[];
}

const PHYSICAL_LINE = /([^\r\n]*)(\r\n|\n|\r|$)/g;
const COMMENT_LINE = /^\s*#/;
const COMMENT = /(^|\s)#.*$/s;
const VARIABLE = /\$\{([A-Z0-9_]+)\}/g;

/**
 * pip's order of work (req_file.py): join lines that end in a backslash, then drop comments, then expand
 * `${UPPER_CASE}`; a variable that is unset or empty stays as it is written. Blank lines are left out.
 */
export function* logicalLines(text: string, environment: Environment): Generator<LogicalLine> {
  for (const joined of joinLines(text)) {
    const line = expand(trim(withoutComment(joined)), environment);
    if (line.text === "") continue;
    const { offsets } = line;
    yield { text: line.text, offsetAt: (index) => offsets[Math.min(index, offsets.length - 1)] ?? 0 };
  }
}

function* joinLines(text: string): Generator<Draft> {
  let parts: Draft[] = [];
  for (const match of text.matchAll(PHYSICAL_LINE)) {
    const line = match[1] ?? "";
    const start = match.index + (match.index === 0 && line.startsWith("\uFEFF") ? 1 : 0);
    const content = line.slice(start - match.index);
    const isComment = COMMENT_LINE.test(content);
    if (content.endsWith("\\") && !isComment) {
      // pip strips every backslash from both ends, not only the last one.
      const stripped = content.replace(/^\\+|\\+$/g, "");
      parts.push(draft(stripped, start + content.indexOf(stripped)));
    } else {
      // A comment ends the joined line: the space keeps it a comment.
      if (isComment) parts.push({ text: " ", offsets: [start] });
      parts.push(draft(content, start));
      yield join(parts);
      parts = [];
    }
    if (match[2] === "") break;
  }
  if (parts.length > 0) yield join(parts);
}

function draft(text: string, start: number): Draft {
  return { text, offsets: range(start, text.length) };
}

function range(start: number, length: number): number[] {
  const numbers = new Array<number>(length);
  for (let index = 0; index < length; index++) numbers[index] = start + index;
  return numbers;
}

function join(parts: readonly Draft[]): Draft {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return { text: parts.map((part) => part.text).join(""), offsets: parts.flatMap((part) => part.offsets) };
}

function slice(line: Draft, start: number, end: number): Draft {
  return { text: line.text.slice(start, end), offsets: line.offsets.slice(start, end) };
}

function withoutComment(line: Draft): Draft {
  const match = COMMENT.exec(line.text);
  return match === null ? line : slice(line, 0, match.index);
}

function trim(line: Draft): Draft {
  const start = line.text.length - line.text.trimStart().length;
  return slice(line, start, Math.max(start, line.text.trimEnd().length));
}

function expand(line: Draft, environment: Environment): Draft {
  if (!line.text.includes("${")) return line;
  const parts: Draft[] = [];
  let at = 0;
  for (const match of line.text.matchAll(VARIABLE)) {
    const name = match[1] ?? "";
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value === undefined || value === "") continue;
    const place = line.offsets[match.index] ?? 0;
    parts.push(slice(line, at, match.index), { text: value, offsets: new Array<number>(value.length).fill(place) });
    at = match.index + match[0].length;
  }
  return parts.length === 0 ? line : join([...parts, slice(line, at, line.text.length)]);
}
