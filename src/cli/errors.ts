import { type OciasmError, toOciasmError } from "../errors.ts";

/** A person's view of an error: what, where with a caret, the way out. No stack unless it is a bug or `verbose`. */
export function renderError(thrown: unknown, options: { readonly verbose: boolean; readonly color: boolean }): string {
  const error = toOciasmError(thrown);
  const lines = grouped([error, ...error.problems]).flatMap((group) => renderGroup(group, options.color));
  if (error.code === "BUG")
    lines.push("", "this is a bug in ociasm; please report it with the text below", stackOf(error));
  else if (options.verbose) lines.push("", stackOf(error));
  return lines.join("\n");
}

type Group = readonly [OciasmError, ...OciasmError[]];

/** More of one kind than these are shown in lines of their own, and more than the others are counted. */
const MAX_FULL = 2;
const MAX_SHOWN = 10;

/** Problems with one way out, in the order of the first of each. What stands in backticks differs from case to case. */
function grouped(problems: readonly OciasmError[]): readonly Group[] {
  const groups = new Map<string, [OciasmError, ...OciasmError[]]>();
  for (const problem of problems) {
    const { code, hint = "", location } = problem;
    const key = JSON.stringify([code, hint.replace(/`[^`]*`/g, ""), location?.file]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()];
}

/** Many of one kind take a line each and share the hint, so that a screen holds them. */
function renderGroup(group: Group, color: boolean): string[] {
  const [first] = group;
  if (group.length <= MAX_FULL) return group.flatMap((problem) => renderOne(problem, color));
  const shown = group.slice(0, MAX_SHOWN);
  const lines = shown.flatMap(({ code, message, location }) => {
    const at = location === undefined ? "" : ` --> ${location.file}:${location.line}:${location.column}`;
    const [head = "", ...rest] = message.split("\n");
    return [`${label(code, color)}: ${shorten(head)}${at}`, ...rest.slice(0, 1)];
  });
  if (group.length > shown.length) {
    const more = group
      .slice(shown.length)
      .map(({ location }) => location?.line)
      .filter((line) => line !== undefined);
    const at = more.length === 0 ? "" : `, at lines ${more.join(", ")}`;
    lines.push(`  and ${group.length - shown.length} more like these${shorten(at)}`);
  }
  if (first.hint !== undefined)
    lines.push(`  hint: ${first.hint}${/`/.test(first.hint) ? "; the others likewise" : ""}`);
  return lines;
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}

function label(code: string, color: boolean): string {
  return color ? `\u001b[1;31merror[${code}]\u001b[0m` : `error[${code}]`;
}

function renderOne(error: OciasmError, color: boolean): string[] {
  const red = (text: string) => (color ? `\u001b[1;31m${text}\u001b[0m` : text);
  const lines = [`${label(error.code, color)}: ${error.message}`];
  const { location } = error;
  if (location !== undefined) {
    lines.push(`  --> ${location.file}:${location.line}:${location.column}`);
    if (location.text !== undefined)
      lines.push(...caret(location.text, location.line, location.column, location.length ?? 1, red));
  }
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`);
  return lines;
}

function caret(text: string, line: number, column: number, length: number, red: (text: string) => string): string[] {
  const start = Math.max(0, column - 1);
  // A line of a minified file would fill the screen: show the neighbourhood.
  const from = start > 80 ? start - 40 : 0;
  const shown = text.slice(from, from + 120).replaceAll("\t", " ");
  const marks = "^".repeat(Math.max(1, Math.min(length, shown.length - (start - from))));
  const number = String(line);
  return [
    `${" ".repeat(number.length)} |`,
    `${number} | ${from > 0 ? "…" : ""}${shown}`,
    `${" ".repeat(number.length)} | ${" ".repeat(start - from + (from > 0 ? 1 : 0))}${red(marks)}`,
  ];
}

function stackOf(error: OciasmError): string {
  const source = error.cause instanceof Error ? error.cause : error;
  return source.stack ?? String(source);
}
