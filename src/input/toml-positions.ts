/** Where a key and its value stand in a TOML text, in UTF-16 units. For an array's item both are the item. */
export interface TomlPosition {
  readonly key: TextSpan;
  readonly value: TextSpan;
}

export interface TextSpan {
  readonly offset: number;
  readonly length: number;
}

export type TomlPath = readonly (string | number)[];

/** The place of the value at `path`, or of the nearest table or array around it. */
export type FindPosition = (path: TomlPath) => TomlPosition;

const START: TextSpan = { offset: 0, length: 1 };
const BARE_KEY = /[A-Za-z0-9_-]+/y;
const SCALAR = /[^,\]}\r\n#]+/y;
const BLANK = /(?:[ \t\r\n]|#[^\r\n]*)+/y;

/** Finds every key of a text that a TOML parser has accepted; in a text that it refuses some may be missing. */
export function tomlPositions(text: string): FindPosition {
  const found = scan(text);
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const position = found.get(pathKey(path.slice(0, length)));
      if (position !== undefined) return position;
    }
    return { key: START, value: START };
  };
}

function pathKey(path: TomlPath): string {
  return path.join("\0");
}

interface Scanner {
  readonly text: string;
  at: number;
  readonly found: Map<string, TomlPosition>;
  /** Number of `[[…]]` headers seen for a path. */
  readonly tables: Map<string, number>;
}

function scan(text: string): ReadonlyMap<string, TomlPosition> {
  const scanner: Scanner = { text, at: text.startsWith("\uFEFF") ? 1 : 0, found: new Map(), tables: new Map() };
  let table: TomlPath = [];
  for (;;) {
    skipBlank(scanner);
    if (scanner.at >= text.length) return scanner.found;
    const before = scanner.at;
    if (text.charAt(scanner.at) === "[") table = readHeader(scanner);
    else readPair(scanner, table);
    // A text that is no TOML must not stop the scan.
    if (scanner.at === before) scanner.at += 1;
  }
}

function readHeader(scanner: Scanner): TomlPath {
  const isArray = scanner.text.startsWith("[[", scanner.at);
  scanner.at += isArray ? 2 : 1;
  const start = scanner.at;
  const keys = readKeys(scanner);
  const span = { offset: start, length: Math.max(1, scanner.at - start) };
  while (scanner.text.charAt(scanner.at) === "]") scanner.at += 1;
  const path: (string | number)[] = [];
  keys.forEach((key, index) => {
    path.push(key);
    const seen = scanner.tables.get(pathKey(path));
    if (isArray && index === keys.length - 1) {
      scanner.tables.set(pathKey(path), (seen ?? 0) + 1);
      note(scanner, path, { key: span, value: span });
      path.push(seen ?? 0);
    } else if (seen !== undefined) path.push(seen - 1);
  });
  note(scanner, path, { key: span, value: span });
  return path;
}

function readPair(scanner: Scanner, table: TomlPath): void {
  const start = scanner.at;
  const keys = readKeys(scanner);
  const key = { offset: start, length: Math.max(1, scanner.at - start) };
  skipBlank(scanner);
  if (scanner.text.charAt(scanner.at) !== "=") return;
  scanner.at += 1;
  skipBlank(scanner);
  for (let length = 1; length < keys.length; length++) {
    note(scanner, [...table, ...keys.slice(0, length)], { key, value: key });
  }
  const path = [...table, ...keys];
  note(scanner, path, { key, value: readValue(scanner, path) });
}

/** The first mention of a path is its place. */
function note(scanner: Scanner, path: TomlPath, position: TomlPosition): void {
  const key = pathKey(path);
  if (!scanner.found.has(key)) scanner.found.set(key, position);
}

function readKeys(scanner: Scanner): readonly string[] {
  const keys: string[] = [];
  for (;;) {
    skipSpaces(scanner);
    const key = readKey(scanner);
    if (key === undefined) return keys;
    keys.push(key);
    const end = scanner.at;
    skipSpaces(scanner);
    if (scanner.text.charAt(scanner.at) !== ".") {
      scanner.at = end;
      return keys;
    }
    scanner.at += 1;
  }
}

function readKey(scanner: Scanner): string | undefined {
  const quote = scanner.text.charAt(scanner.at);
  if (quote === '"' || quote === "'") {
    const start = scanner.at;
    skipString(scanner);
    const raw = scanner.text.slice(start, scanner.at);
    return quote === "'" ? raw.slice(1, -1) : unescapeKey(raw);
  }
  BARE_KEY.lastIndex = scanner.at;
  const match = BARE_KEY.exec(scanner.text);
  if (match === null) return undefined;
  scanner.at = BARE_KEY.lastIndex;
  return match[0];
}

function unescapeKey(raw: string): string {
  try {
    return String(JSON.parse(raw));
  } catch {
    return raw.slice(1, -1);
  }
}

function readValue(scanner: Scanner, path: TomlPath): TextSpan {
  const start = scanner.at;
  const first = scanner.text.charAt(start);
  if (first === '"' || first === "'") skipString(scanner);
  else if (first === "[" || first === "{") readCollection(scanner, path);
  else {
    SCALAR.lastIndex = start;
    const match = SCALAR.exec(scanner.text);
    scanner.at += match?.[0].trimEnd().length ?? 0;
  }
  return { offset: start, length: Math.max(1, scanner.at - start) };
}

/** Deeper nesting than a parser takes is not scanned: its items get the place of the outer one. */
const MAX_DEPTH = 200;

function readCollection(scanner: Scanner, path: TomlPath): void {
  const isArray = scanner.text.charAt(scanner.at) === "[";
  const close = isArray ? "]" : "}";
  scanner.at += 1;
  for (let index = 0; ; index++) {
    skipBlank(scanner);
    if (scanner.at >= scanner.text.length || path.length > MAX_DEPTH) return;
    if (scanner.text.charAt(scanner.at) === close) {
      scanner.at += 1;
      return;
    }
    const before = scanner.at;
    if (isArray) {
      const item = [...path, index];
      const span = readValue(scanner, item);
      note(scanner, item, { key: span, value: span });
    } else readPair(scanner, path);
    skipBlank(scanner);
    if (scanner.text.charAt(scanner.at) === ",") scanner.at += 1;
    else if (scanner.at === before) scanner.at += 1;
  }
}

function skipString(scanner: Scanner): void {
  const { text } = scanner;
  const quote = text.charAt(scanner.at);
  const fence = text.startsWith(quote.repeat(3), scanner.at) ? quote.repeat(3) : quote;
  let at = scanner.at + fence.length;
  while (at < text.length && !text.startsWith(fence, at)) at += quote === '"' && text.charAt(at) === "\\" ? 2 : 1;
  at += fence.length;
  // Up to two quotes may stand before the closing three.
  if (fence.length === 3) while (text.charAt(at) === quote) at += 1;
  scanner.at = Math.min(at, text.length);
}

function skipSpaces(scanner: Scanner): void {
  while (scanner.text.charAt(scanner.at) === " " || scanner.text.charAt(scanner.at) === "\t") scanner.at += 1;
}

function skipBlank(scanner: Scanner): void {
  BLANK.lastIndex = scanner.at;
  if (BLANK.test(scanner.text)) scanner.at = BLANK.lastIndex;
}
