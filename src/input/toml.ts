import { parse, TomlDate, TomlError } from "smol-toml";
import { OciasmError } from "../errors.ts";
import { type Locate, locator } from "./locate.ts";
import { collectProblems, type Problems } from "./problems.ts";
import { type FindPosition, type TomlPath, tomlPositions } from "./toml-positions.ts";

/** 64 Mi UTF-16 units: twenty times the largest lock seen. */
const MAX_LENGTH = 64 * 1024 * 1024;
const MAX_DEPTH = 64;

/** A TOML table as its readers see it: typed getters that note what is wrong, with its place, and go on. */
export interface TomlTable {
  readonly path: TomlPath;
  has(key: string): boolean;
  keys(): readonly string[];
  isString(key: string): boolean;
  isArray(key: string): boolean;
  string(key: string): string | undefined;
  integer(key: string): number | undefined;
  boolean(key: string): boolean | undefined;
  /** RFC 3339 text of a date-time, with the offset that it was given. */
  dateTime(key: string): string | undefined;
  strings(key: string): readonly string[];
  table(key: string): TomlTable | undefined;
  tables(key: string): readonly TomlTable[];
  /** An array of arrays of tables. */
  tableLists(key: string): readonly (readonly TomlTable[])[];
  /** An array that may hold both. */
  items(key: string): readonly (string | TomlTable)[];
  /** Notes a problem at `key`'s value, or at the table itself. */
  problem(message: string, key?: string, hint?: string): void;
  /** Notes that a key must be there. */
  demand(key: string): void;
  location(key?: string): ReturnType<Locate>;
}

export interface TomlDocument {
  readonly root: TomlTable;
  readonly problems: Problems;
}

type Plain = Readonly<Record<string, unknown>>;

interface Shared {
  readonly locate: Locate;
  readonly find: FindPosition;
  readonly problems: Problems;
}

/** Throws INPUT_INVALID with the place when the text is no TOML. */
export function readToml(file: string, text: string): TomlDocument {
  const locate = locator(file, text);
  if (text.length > MAX_LENGTH) throw new OciasmError("INPUT_INVALID", `${file} is larger than 64 Mi characters`);
  const value = parseToml(text, locate);
  const problems = collectProblems();
  let positions: FindPosition | undefined;
  const find: FindPosition = (path) => {
    positions ??= tomlPositions(text);
    return positions(path);
  };
  return { root: tableView(value, { locate, find, problems }), problems };
}

/** The reader's view of a document that is already values: TOML's or JSON's. */
export function tableView(value: Plain, shared: Shared): TomlTable {
  return view(value, [], shared);
}

/** The document as plain values, whole numbers as `numbers` says; throws INPUT_INVALID with the place when the text is no TOML. */
export function parseToml(text: string, locate: Locate, numbers: "number" | "bigint" = "number"): Plain {
  const source = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
  try {
    return parse(source, { maxDepth: MAX_DEPTH, integersAsBigInt: numbers === "bigint" });
  } catch (error) {
    if (error instanceof TomlError) {
      const summary = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
      throw new OciasmError("INPUT_INVALID", `not a TOML document: ${summary}`, {
        location: locate(offsetOf(source, error.line, error.column)),
      });
    }
    throw new OciasmError("INPUT_INVALID", "not a TOML document", { location: locate(0), cause: error });
  }
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) {
    const end = text.indexOf("\n", start);
    if (end === -1) break;
    start = end + 1;
  }
  return Math.min(start + Math.max(0, column - 1), text.length);
}

function view(value: Plain, path: TomlPath, shared: Shared): TomlTable {
  const get = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const location: TomlTable["location"] = (key) => {
    const { key: name, value: span } = shared.find(key === undefined ? path : [...path, key]);
    const { offset, length } = key === undefined || !Object.hasOwn(value, key) ? name : span;
    return shared.locate(offset, length);
  };
  const problem: TomlTable["problem"] = (message, key, hint) => {
    shared.problems.add(new OciasmError("INPUT_INVALID", message, { hint, location: location(key) }));
  };
  const typed = <T>(key: string, wanted: string, is: (found: unknown) => found is T): T | undefined => {
    const found = get(key);
    if (found === undefined) return undefined;
    if (is(found)) return found;
    problem(`${keyPath([...path, key])} must be ${wanted}, not ${kindOf(found)}`, key);
    return undefined;
  };
  return {
    path,
    has: (key) => get(key) !== undefined,
    keys: () => Object.keys(value),
    isString: (key) => isString(get(key)),
    isArray: (key) => Array.isArray(get(key)),
    string: (key) => typed(key, "a string", isString),
    integer: (key) => typed(key, "a whole number", isCount),
    boolean: (key) => typed(key, "true or false", isBoolean),
    dateTime: (key) => typed(key, "a date and time", isDateTime)?.toISOString(),
    strings: (key) => typed(key, "an array of strings", isStrings) ?? [],
    table: (key) => {
      const found = typed(key, "a table", isPlain);
      return found === undefined ? undefined : view(found, [...path, key], shared);
    },
    tables: (key) =>
      (typed(key, "an array of tables", isTables) ?? []).map((table, index) =>
        view(table, [...path, key, index], shared),
      ),
    tableLists: (key) =>
      (typed(key, "an array of arrays of tables", isTableLists) ?? []).map((tables, outer) =>
        tables.map((table, inner) => view(table, [...path, key, outer, inner], shared)),
      ),
    items: (key) =>
      (typed(key, "an array of strings and tables", isItems) ?? []).map((item, index) =>
        isString(item) ? item : view(item, [...path, key, index], shared),
      ),
    problem,
    demand: (key) => {
      if (get(key) === undefined) problem(`${path.length === 0 ? "the document" : keyPath(path)} lacks ${key}`);
    },
    location,
  };
}

/** `packages[3].wheels[0].name`. */
function keyPath(path: TomlPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a date";
  if (typeof value === "object") return "a table";
  return typeof value === "string" ? "a string" : String(value);
}

const isString = (value: unknown): value is string => typeof value === "string";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isDateTime = (value: unknown): value is TomlDate =>
  value instanceof TomlDate && value.isValid() && value.isDateTime();
const isStrings = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString);
const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
const isItems = (value: unknown): value is readonly (string | Plain)[] =>
  Array.isArray(value) && value.every((item) => isString(item) || isPlain(item));
const isTables = (value: unknown): value is readonly Plain[] => Array.isArray(value) && value.every(isPlain);
const isTableLists = (value: unknown): value is readonly (readonly Plain[])[] =>
  Array.isArray(value) && value.every(isTables);
