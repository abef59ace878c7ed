import type { Locate } from "../input/locate.ts";
import { locator } from "../input/locate.ts";
import { parseToml } from "../input/toml.ts";
import { type FindPosition, type TomlPath, tomlPositions } from "../input/toml-positions.ts";
import type { ConfigNode } from "./config-node.ts";

interface Source {
  readonly text: string;
  readonly locate: Locate;
  readonly find: FindPosition;
}

/** The table at `path` of a TOML text as a node; undefined when there is none. Throws INPUT_INVALID for no TOML. */
export function tomlNode(file: string, text: string, path: readonly string[]): ConfigNode | undefined {
  const locate = locator(file, text);
  let value: unknown = parseToml(text, locate);
  for (const key of path) value = isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (value === undefined) return undefined;
  return nodeOf(value, path, { text, locate, find: tomlPositions(text) });
}

function nodeOf(value: unknown, path: TomlPath, source: Source): ConfigNode {
  const { offset, length } = source.find(path).value;
  const at = source.locate(offset, length);
  if (Array.isArray(value)) {
    return { kind: "list", at, items: value.map((item, index) => nodeOf(item, [...path, index], source)) };
  }
  const written = source.text.slice(offset, offset + length);
  // Dates and times are taken as they are written.
  if (value instanceof Date) return { kind: "scalar", at, value: written, source: written };
  if (isTable(value)) {
    const entries = Object.entries(value).map(([key, member]) => {
      const place = source.find([...path, key]).key;
      return { key, at: source.locate(place.offset, place.length), value: nodeOf(member, [...path, key], source) };
    });
    return { kind: "map", at, entries };
  }
  if (typeof value === "string") return { kind: "scalar", at, value, source: value };
  return { kind: "scalar", at, value: typeof value === "boolean" ? value : Number(value), source: written };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
