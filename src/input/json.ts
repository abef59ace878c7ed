import { OciasmError } from "../errors.ts";
import type { Locate } from "./locate.ts";
import type { TextSpan, TomlPath, TomlPosition } from "./toml-positions.ts";

/** 64 Mi UTF-16 units. */
const MAX_LENGTH = 64 * 1024 * 1024;
const MAX_DEPTH = 64;

const BLANK = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** A JSON document as plain values, records without prototype, and the place of each. */
export interface JsonDocument {
  readonly value: unknown;
  find(path: TomlPath): TomlPosition;
}

interface Reader {
  readonly text: string;
  readonly locate: Locate;
  readonly found: Map<string, TomlPosition>;
  at: number;
}

/** Reads RFC 8259; of members with one name the last counts. Throws INPUT_INVALID with the place of the first mistake. */
export function readJson(text: string, locate: Locate): JsonDocument {
  const reader: Reader = { text, locate, found: new Map(), at: text.startsWith("\uFEFF") ? 1 : 0 };
  if (text.length > MAX_LENGTH)
    throw new OciasmError("INPUT_INVALID", "not a JSON document: larger than 64 Mi characters");
  const value = readValue(reader, []);
  skipBlank(reader);
  if (reader.at < text.length) throw unexpected(reader, "the end");
  return {
    value,
    find: (path) => {
      for (let length = path.length; length > 0; length--) {
        const position = reader.found.get(path.slice(0, length).join("\0"));
        if (position !== undefined) return position;
      }
      const start = { offset: 0, length: 1 };
      return { key: start, value: start };
    },
  };
}

function readValue(reader: Reader, path: TomlPath): unknown {
  skipBlank(reader);
  if (path.length > MAX_DEPTH) throw unexpected(reader, `nothing nested more than ${MAX_DEPTH} deep`);
  switch (reader.text.charAt(reader.at)) {
    case "{":
      return readObject(reader, path);
    case "[":
      return readArray(reader, path);
    case '"':
      return readString(reader);
    default:
      return readScalar(reader);
  }
}

function readScalar(reader: Reader): unknown {
  const text = take(reader, WORD) ?? take(reader, NUMBER);
  if (text === undefined) throw unexpected(reader, "a value");
  return JSON.parse(text) as unknown;
}

function readString(reader: Reader): string {
  const text = take(reader, STRING);
  if (text === undefined) throw unexpected(reader, "a string that ends on its line");
  return String(JSON.parse(text));
}

function readObject(reader: Reader, path: TomlPath): Readonly<Record<string, unknown>> {
  const record: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  reader.at += 1;
  if (closes(reader, "}")) return record;
  do {
    skipBlank(reader);
    const start = reader.at;
    if (reader.text.charAt(start) !== '"') throw unexpected(reader, "a name in double quotes");
    const name = readString(reader);
    const key = { offset: start, length: reader.at - start };
    skipBlank(reader);
    if (!closes(reader, ":")) throw unexpected(reader, "a colon");
    const inner = [...path, name];
    record[name] = placed(reader, inner, key);
  } while (closes(reader, ","));
  if (!closes(reader, "}")) throw unexpected(reader, "a comma or }");
  return record;
}

function readArray(reader: Reader, path: TomlPath): readonly unknown[] {
  const items: unknown[] = [];
  reader.at += 1;
  if (closes(reader, "]")) return items;
  do items.push(placed(reader, [...path, items.length], undefined));
  while (closes(reader, ","));
  if (!closes(reader, "]")) throw unexpected(reader, "a comma or ]");
  return items;
}

function placed(reader: Reader, path: TomlPath, key: TextSpan | undefined): unknown {
  skipBlank(reader);
  const offset = reader.at;
  const value = readValue(reader, path);
  const span = { offset, length: Math.max(1, reader.at - offset) };
  reader.found.set(path.join("\0"), { key: key ?? span, value: span });
  return value;
}

function closes(reader: Reader, sign: string): boolean {
  skipBlank(reader);
  if (reader.text.charAt(reader.at) !== sign) return false;
  reader.at += 1;
  return true;
}

function skipBlank(reader: Reader): void {
  take(reader, BLANK);
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

function unexpected(reader: Reader, wanted: string): OciasmError {
  const message = `not a JSON document: expected ${wanted}`;
  return new OciasmError("INPUT_INVALID", message, {
    location: reader.locate(Math.min(reader.at, reader.text.length)),
  });
}
