/** The header block of METADATA and WHEEL: fields in order, names in lower case. */
export interface Headers {
  /** All values of a field, in order; empty where there is none. */
  all(name: string): readonly string[];
  /** The first value: a field that may stand once is read so by pip too. */
  first(name: string): string | undefined;
  /** What a person should hear. */
  readonly warnings: readonly string[];
}

/** 16 Mi characters: the largest METADATA in use has one or two. */
const MAX_LENGTH = 1 << 24;
const MAX_FIELDS = 100_000;

/**
 * Reads fields up to the first empty line, as Python's email parser does: a line that starts with space or tab goes on
 * the one before, and a line that is no field ends the block. Undefined for a text that no tool would write.
 */
export function parseHeaders(text: string): Headers | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const fields = new Map<string, string[]>();
  const warnings: string[] = [];
  let count = 0;
  for (const { name, value, odd } of headerLines(text.startsWith("\ufeff") ? text.slice(1) : text)) {
    count += 1;
    if (count > MAX_FIELDS) return undefined;
    if (odd) warnings.push(`not a field: ${JSON.stringify(value.slice(0, 80))}`);
    else addField(fields, name.toLowerCase(), value);
  }
  return {
    all: (name) => fields.get(name.toLowerCase()) ?? [],
    first: (name) => fields.get(name.toLowerCase())?.[0],
    warnings,
  };
}

function addField(fields: Map<string, string[]>, name: string, value: string): void {
  const values = fields.get(name);
  if (values === undefined) fields.set(name, [value]);
  else values.push(value);
}

interface HeaderLine {
  readonly name: string;
  readonly value: string;
  readonly odd: boolean;
}

const FIELD = /^([\x21-\x39\x3b-\x7e]+):[ \t]*/;

function* headerLines(text: string): Generator<HeaderLine> {
  let open: { name: string; lines: string[] } | undefined;
  const close = (field: { name: string; lines: string[] }): HeaderLine => ({
    name: field.name,
    value: field.lines.join("\n"),
    odd: false,
  });
  for (const line of lines(text)) {
    if (line === "") break;
    if (/^[ \t]/.test(line)) {
      // A continuation of nothing is dropped, as the email parser does.
      open?.lines.push(line);
      continue;
    }
    if (open !== undefined) yield close(open);
    open = undefined;
    const field = FIELD.exec(line);
    if (field === null) {
      yield { name: "", value: line, odd: true };
      return;
    }
    open = { name: field[1] ?? "", lines: [line.slice(field[0].length)] };
  }
  if (open !== undefined) yield close(open);
}

/** One line at a time: the description below the header may be megabytes. */
function* lines(text: string): Generator<string> {
  const end = /\r\n|\r|\n/g;
  let start = 0;
  for (let match = end.exec(text); match !== null; match = end.exec(text)) {
    yield text.slice(start, match.index);
    start = end.lastIndex;
  }
  yield text.slice(start);
}
