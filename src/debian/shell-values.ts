import { unquoted } from "./shell-words.ts";

/** A simple command of a script with its variables put in, and the line that it stands in. */
export interface ValuedLine {
  readonly line: string;
  /** Variables that nobody knows stay as they are written. */
  readonly text: string;
}

/** Far beyond what maintainer scripts loop over. */
const MAX_LINES = 20_000;
const MAX_TEXT = 4000;

type Values = ReadonlyMap<string, string>;

/**
 * The lines of a shell script with the values of plain assignments (`dir=/usr/lib/x`, `tools='a b'`) and of the
 * variable of each turn of `for NAME in WORDS`. Nothing is run: branches are all taken, and a variable that is set to
 * several texts, or to what a command prints and nothing else, is not known.
 */
export function valuedLines(script: string): readonly ValuedLine[] {
  const lines = script
    .replaceAll(/\\\r?\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const walked: Walked = { lines: [], steps: 0 };
  walk(lines, assignments(lines), walked);
  return walked.lines;
}

interface Walked {
  readonly lines: ValuedLine[];
  /** Lines that were looked at, as often as they were. */
  steps: number;
}

function walk(lines: readonly string[], values: Values, walked: Walked): void {
  for (let at = 0; at < lines.length && walked.steps < MAX_LINES; at++) {
    walked.steps++;
    const line = lines[at] ?? "";
    const [, name, words] = /^for\s+(\w+)\s+in\s+([^;]*)(?:;|$)/.exec(line) ?? [];
    if (name === undefined || words === undefined) {
      walked.lines.push({ line, text: substituted(line, values) });
      continue;
    }
    const end = endOfLoop(lines, at);
    const body = lines.slice(at + 1, end);
    for (const word of substituted(words, values).split(/\s+/)) {
      if (walked.steps++ >= MAX_LINES) return;
      if (word !== "") walk(body, new Map([...values, [name, unquoted(word)]]), walked);
    }
    at = end;
  }
}

function endOfLoop(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (/^(?:for|while|until)\s/.test(line)) depth++;
    if (/(?:^|;\s*)done\b/.test(line)) depth--;
    if (depth === 0) return at;
  }
  return lines.length;
}

function assignments(lines: readonly string[]): Values {
  const values = new Map<string, string>();
  const several = new Set<string>();
  for (const line of lines) {
    const [, name, written] = /^(\w+)=("[^"`]*"|'[^']*'|[^\s"'`;|&()]*);?$/.exec(line) ?? [];
    if (name === undefined || written === undefined || written.includes("$(")) continue;
    const value = substituted(unquoted(written), values);
    const known = values.get(name);
    if (known !== undefined && known !== value && value !== "") several.add(name);
    else if (known === undefined || known === "") values.set(name, value);
  }
  for (const name of several) values.delete(name);
  return values;
}

function substituted(text: string, values: Values): string {
  const put = text.replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (whole, plain?: string, braced?: string) => {
    const value = values.get(plain ?? braced ?? "");
    return value === undefined || value.includes("$") ? whole : value;
  });
  return put.length > MAX_TEXT ? text : put;
}
