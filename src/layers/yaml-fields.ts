import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";
import { OciasmError } from "../errors.ts";
import { type Locate, locator } from "../input/locate.ts";
import { collectProblems, type Problems } from "../input/problems.ts";

/** A YAML mapping whose members are read through these; a wrong one is noted with its place and reads as absent. */
export interface YamlFields {
  has(key: string): boolean;
  isMapping(key: string): boolean;
  string(key: string): string | undefined;
  /** A whole number from `least`. */
  count(key: string, least?: number): number | undefined;
  strings(key: string): readonly string[] | undefined;
  /** A mapping of strings or lists of strings. */
  stringLists(key: string): ReadonlyMap<string, readonly string[]> | undefined;
  stringMap(key: string): Readonly<Record<string, string>> | undefined;
  mappings(key: string): readonly YamlFields[] | undefined;
  oneOf<T extends string>(key: string, choices: readonly T[]): T | undefined;
  /** Notes each member that has none of these keys: a typing error is likelier than an extension. */
  only(keys: readonly string[]): void;
  /** Notes a problem with the value of `key`, or with the mapping itself where it has none. */
  problem(key: string, message: string): void;
}

/** More than any file of ours needs; hand-written policies stay far below. */
const MAX_TEXT = 1024 * 1024;

/**
 * Reads one YAML document that is a mapping, without aliases or tags of its own, and gives `decode` its members.
 * All problems are thrown together as one CONFIG_INVALID with file, line and column.
 */
export function decodeYaml<T>(text: string, file: string, decode: (fields: YamlFields) => T): T {
  const problems = collectProblems();
  const locate = locator(file, text);
  const root = parseRoot(text, file, locate, problems);
  problems.check();
  if (root === undefined) throw new OciasmError("CONFIG_INVALID", `${file} is not a mapping`, { location: locate(0) });
  const decoded = decode(fieldsOf(root, { locate, problems }));
  problems.check();
  return decoded;
}

function parseRoot(text: string, file: string, locate: Locate, problems: Problems): YAMLMap | undefined {
  if (text.length > MAX_TEXT) throw new OciasmError("CONFIG_INVALID", `${file} is larger than 1 MiB`);
  const document = parseDocument(text, { prettyErrors: false, schema: "core", uniqueKeys: true });
  for (const error of document.errors) {
    const [start, end] = error.pos;
    const message = error.message.replace(/\.$/, "");
    problems.add(invalid(`not valid YAML: ${message}`, locate, start, end));
  }
  return isMap(document.contents) ? document.contents : undefined;
}

interface Context {
  readonly locate: Locate;
  readonly problems: Problems;
}

function invalid(message: string, locate: Locate, start: number, end: number): OciasmError {
  return new OciasmError("CONFIG_INVALID", message, { location: locate(start, Math.max(1, end - start)) });
}

function fieldsOf(map: YAMLMap, context: Context): YamlFields {
  const note = (key: string, message: string): void => {
    const [start, end] = rangeOf(map, key);
    context.problems.add(invalid(message, context.locate, start, end));
  };
  const read = <T>(key: string, wanted: string, convert: (node: unknown) => T | undefined): T | undefined => {
    const node: unknown = map.get(key, true);
    if (node === undefined) return undefined;
    const value = convert(node);
    if (value === undefined) note(key, `${key} is not ${wanted}`);
    return value;
  };
  return {
    has: (key) => map.has(key),
    isMapping: (key) => isMap(map.get(key, true)),
    string: (key) => read(key, "a string", stringOf),
    count: (key, least = 0) => read(key, `a whole number from ${least}`, (node) => countOf(node, least)),
    strings: (key) => read(key, "a list of strings", (node) => listOf(node, stringOf)),
    stringLists: (key) => read(key, "a mapping of strings or lists of strings", stringListsOf),
    stringMap: (key) => read(key, "a mapping of strings", stringMapOf),
    mappings: (key) =>
      read(key, "a list of mappings", (node) =>
        listOf(node, (item) => (isMap(item) ? fieldsOf(item, context) : undefined)),
      ),
    oneOf: (key, choices) =>
      read(key, `one of ${choices.join(", ")}`, (node) => choices.find((choice) => choice === stringOf(node))),
    only: (keys) => {
      for (const pair of map.items) {
        const key = stringOf(pair.key);
        if (key === undefined || !keys.includes(key)) note(key ?? "", `unknown key ${JSON.stringify(key ?? "?")}`);
      }
    },
    problem: note,
  };
}

function rangeOf(map: YAMLMap, key: string): readonly [number, number] {
  const node: unknown = map.get(key, true);
  const range = (isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined) ?? map.range;
  return range === null || range === undefined ? [0, 1] : [range[0], range[1]];
}

function stringOf(node: unknown): string | undefined {
  return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
}

function countOf(node: unknown, least: number): number | undefined {
  if (!isScalar(node) || typeof node.value !== "number") return undefined;
  return Number.isSafeInteger(node.value) && node.value >= least ? node.value : undefined;
}

function listOf<T>(node: unknown, convert: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!isSeq(node)) return undefined;
  const items = node.items.map(convert);
  return items.every((item) => item !== undefined) ? (items as readonly T[]) : undefined;
}

function stringMapOf(node: unknown): Readonly<Record<string, string>> | undefined {
  if (!isMap(node)) return undefined;
  const members = node.items.map((pair) => [stringOf(pair.key), stringOf(pair.value)] as const);
  if (members.some(([key, value]) => key === undefined || value === undefined)) return undefined;
  return Object.fromEntries(members) as Record<string, string>;
}

function stringListsOf(node: unknown): ReadonlyMap<string, readonly string[]> | undefined {
  if (!isMap(node)) return undefined;
  const lists = new Map<string, readonly string[]>();
  for (const { key, value } of node.items) {
    const name = stringOf(key);
    const single = stringOf(value);
    const list = single === undefined ? listOf(value, stringOf) : [single];
    if (name === undefined || list === undefined) return undefined;
    lists.set(name, list);
  }
  return lists;
}
