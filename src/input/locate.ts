import type { SourceLocation } from "../errors.ts";

/** Turns an offset (UTF-16 units) into a place with its line's text. */
export type Locate = (offset: number, length?: number) => SourceLocation;

/** A caret line longer than this helps nobody: minified JSON, base64. */
const MAX_SHOWN = 400;
const LINE_END = /\r\n|\n|\r/g;

/** Lines end in LF, CRLF or CR, as editors count them. */
export function locator(file: string, text: string): Locate {
  let starts: readonly number[] | undefined;
  return (offset, length = 1) => {
    starts ??= lineStarts(text);
    const index = lineIndex(starts, offset);
    const start = starts[index] ?? 0;
    let end = starts[index + 1] ?? text.length;
    // Not by an expression: a hostile line has megabytes, and many places.
    while (end > start && /[\r\n]/.test(text.charAt(end - 1))) end -= 1;
    const column = offset - start + 1;
    return {
      file,
      line: index + 1,
      column,
      length: Math.max(1, Math.min(length, end - start - column + 1)),
      text: maskLogins(text.slice(start, Math.min(end, start + MAX_SHOWN))),
    };
  };
}

/** User and password of URLs as stars, as many as there were characters: columns keep their meaning. */
function maskLogins(line: string): string {
  return line.replace(/(:\/\/)([^\s/]+)(?=@)/g, (_, start: string, login: string) => start + "*".repeat(login.length));
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(LINE_END)) starts.push(match.index + match[0].length);
  return starts;
}

function lineIndex(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
