import { type Parsed, parsed, problem } from "./parsed.ts";

export interface CsvRow {
  readonly fields: readonly string[];
  /** Where the row starts, in UTF-16 units. */
  readonly offset: number;
}

/**
 * Reads what Python's csv module writes and reads with its default dialect: comma, double quotes, LF or CRLF or CR.
 * Empty lines are no rows. A quote that is never closed is a problem.
 */
export function parseCsv(text: string): Parsed<readonly CsvRow[]> {
  const rows: CsvRow[] = [];
  let position = 0;
  while (position < text.length) {
    const offset = position;
    const fields: string[] = [];
    do {
      if (fields.length > 0) position += 1;
      const field = readField(text, position);
      if (field === undefined) return problem("a quote is not closed", position);
      fields.push(field.value);
      position = field.end;
    } while (text[position] === ",");
    if (position > offset) rows.push({ fields, offset });
    position += text.startsWith("\r\n", position) ? 2 : 1;
  }
  return parsed(rows);
}

/** A field up to the comma or line break at `end`; undefined when its quote stays open. */
function readField(text: string, start: number): { value: string; end: number } | undefined {
  if (text[start] !== '"') {
    const end = fieldEnd(text, start);
    return { value: text.slice(start, end), end };
  }
  let value = "";
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return undefined;
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      // Python takes what follows a closing quote as it is.
      const end = fieldEnd(text, quote + 1);
      return { value: value + text.slice(quote + 1, end), end };
    }
    value += '"';
    from = quote + 2;
  }
}

function fieldEnd(text: string, start: number): number {
  const end = /[,\r\n]/g;
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}

/** One row without its line break: fields are quoted only where they must be. */
export function formatCsvRow(fields: readonly string[]): string {
  return fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}
