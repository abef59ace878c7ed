import { TomlDate } from "smol-toml";
import { OciasmError, type SourceLocation } from "../errors.ts";
import { type Locate, locator } from "./locate.ts";
import { collectProblems, type Problems } from "./problems.ts";
import { parseToml } from "./toml.ts";
import { type TomlPath, type TomlPosition, tomlPositions } from "./toml-positions.ts";

export type TomlKind = "string" | "number" | "boolean" | "date" | "array" | "table";

/** A part of a string value, in UTF-16 units. */
export interface Within {
  readonly offset: number;
  readonly length: number;
}

/**
 * One value of a TOML file that a person writes, whatever its type, with its place. The getters that want a type note
 * a problem where there is another, and go on.
 */
export interface TomlNode {
  readonly kind: TomlKind;
  /** "tool.uv.sources.torch[0]" */
  readonly name: string;
  /** The member of a table; undefined where there is none, or no table. */
  at(...keys: readonly [string, ...string[]]): TomlNode | undefined;
  string(): string | undefined;
  boolean(): boolean | undefined;
  /** A date alone is given as it stands, a time with its offset. */
  dateText(): string | undefined;
  items(): readonly TomlNode[];
  /** The items of an array that are strings. */
  strings(): readonly TomlNode[];
  entries(): readonly (readonly [string, TomlNode])[];
  location(within?: Within): SourceLocation;
  problem(message: string, hint?: string, within?: Within): void;
  /** Notes a problem of another file that this one names, with its own place. */
  adopt(problem: OciasmError): void;
}

interface Shared {
  readonly text: string;
  readonly locate: Locate;
  readonly position: (path: TomlPath) => TomlPosition;
  readonly problems: Problems;
}

/** 16 Mi UTF-16 units: no person writes more. */
const MAX_LENGTH = 16 * 1024 * 1024;

/** Throws INPUT_INVALID with the place when the text is no TOML. `locate` says where offsets of `text` really are. */
export function readTomlNodes(
  file: string,
  text: string,
  locate: Locate = locator(file, text),
): { readonly root: TomlNode; readonly problems: Problems } {
  if (text.length > MAX_LENGTH) throw new OciasmError("INPUT_INVALID", `${file} is larger than 16 Mi characters`);
  const value = parseToml(text, locate);
  const problems = collectProblems();
  let positions: ReturnType<typeof tomlPositions> | undefined;
  const position: Shared["position"] = (path) => {
    positions ??= tomlPositions(text);
    return positions(path);
  };
  return { root: nodeOf(value, [], { text, locate, position, problems }), problems };
}

function nodeOf(value: unknown, path: TomlPath, shared: Shared): TomlNode {
  const kind = kindOf(value);
  const name = nameOf(path);
  const location: TomlNode["location"] = (within) => {
    const { offset, length } = placeOf(value, path, within, shared);
    return shared.locate(offset, length);
  };
  const problem: TomlNode["problem"] = (message, hint, within) => {
    shared.problems.add(new OciasmError("INPUT_INVALID", message, { hint, location: location(within) }));
  };
  const wanted = (what: TomlKind): boolean => {
    if (kind !== what) problem(`${name} must be ${article(what)}, not ${article(kind)}`);
    return kind === what;
  };
  const member = (key: string): TomlNode | undefined =>
    kind === "table" && Object.hasOwn(value as object, key)
      ? nodeOf((value as Readonly<Record<string, unknown>>)[key], [...path, key], shared)
      : undefined;
  const items = (): readonly TomlNode[] =>
    Array.isArray(value) ? value.map((item: unknown, index) => nodeOf(item, [...path, index], shared)) : [];
  const node: TomlNode = {
    kind,
    name,
    at: (first, ...others) => (others.length === 0 ? member(first) : member(first)?.at(...(others as [string]))),
    string: () => (wanted("string") ? String(value) : undefined),
    boolean: () => (wanted("boolean") ? value === true : undefined),
    dateText: () => (wanted("date") && value instanceof TomlDate && value.isValid() ? value.toISOString() : undefined),
    items: () => (wanted("array") ? items() : []),
    strings: () => (wanted("array") ? items() : []).filter((item) => item.string() !== undefined),
    entries: () =>
      wanted("table") ? Object.keys(value as object).map((key) => [key, member(key) ?? node] as const) : [],
    location,
    problem,
    adopt: (found) => shared.problems.add(found.location === undefined ? atNode(found, location()) : found),
  };
  return node;
}

/** Of a string that stands in the file as it is, a part has a place of its own. */
function placeOf(value: unknown, path: TomlPath, within: Within | undefined, shared: Shared): Within {
  const { key, value: span } = shared.position(path);
  const whole = kindOf(value) === "table" ? key : span;
  if (within === undefined || typeof value !== "string") return whole;
  const raw = shared.text.slice(span.offset, span.offset + span.length);
  if (raw.slice(1, -1) !== value) return whole;
  return { offset: span.offset + 1 + Math.min(within.offset, value.length), length: within.length };
}

function kindOf(value: unknown): TomlKind {
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "date";
  if (typeof value === "string" || typeof value === "boolean") return typeof value as "string" | "boolean";
  return typeof value === "object" && value !== null ? "table" : "number";
}

function article(kind: TomlKind): string {
  return kind === "array" ? "an array" : `a ${kind}`;
}

function nameOf(path: TomlPath): string {
  const name = path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
  return name === "" ? "the document" : name;
}

function atNode({ code, message, hint, problems }: OciasmError, location: SourceLocation): OciasmError {
  return new OciasmError(code, message, { hint, location, problems });
}
