import { type OciasmError, toOciasmError } from "../errors.ts";

/** A person's view of an error: what, where with a caret, the way out. No stack unless it is a bug or `verbose`. */
export function renderError(thrown: unknown, options: { readonly verbose: boolean; readonly color: boolean }): string {
  const error = toOciasmError(thrown);
  const lines = [error, ...error.problems].flatMap((problem) => renderOne(problem, options.color));
  if (error.code === "BUG")
    lines.push("", "this is a bug in ociasm; please report it with the text below", stackOf(error));
  else if (options.verbose) lines.push("", stackOf(error));
  return lines.join("\n");
}

function renderOne(error: OciasmError, color: boolean): string[] {
  const red = (text: string) => (color ? `\u001b[1;31m${text}\u001b[0m` : text);
  const lines = [`${red(`error[${error.code}]`)}: ${error.message}`];
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
