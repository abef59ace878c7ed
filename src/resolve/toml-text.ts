/** A value as TOML 1.0 writes it on one line: text, whole numbers, booleans, lists, inline tables. */
export type TomlValue = string | number | boolean | TomlDateText | readonly TomlValue[] | TomlInline;

/** A date-time that stands without quotes. */
export interface TomlDateText {
  readonly dateTime: string;
}

/** Keys in their order; members that are undefined are left out. */
export interface TomlInline {
  readonly inline: Readonly<Record<string, TomlValue | undefined>>;
}

const BARE_KEY = /^[A-Za-z0-9_-]+$/;

function tomlValue(value: TomlValue): string {
  if (typeof value === "string") return tomlString(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if ("dateTime" in value) return value.dateTime;
  if ("inline" in value) return inlineTable(value);
  return `[${value.map(tomlValue).join(", ")}]`;
}

/** `key = value`, or no line for undefined. */
export function tomlLine(key: string, value: TomlValue | undefined): readonly string[] {
  return value === undefined ? [] : [`${tomlKey(key)} = ${tomlValue(value)}`];
}

/** A list with an item a line; empty ones stay on the key's own. */
export function tomlLongList(key: string, items: readonly TomlValue[]): readonly string[] {
  if (items.length === 0) return tomlLine(key, []);
  return [`${tomlKey(key)} = [`, ...items.map((item) => `    ${tomlValue(item)},`), "]"];
}

function inlineTable({ inline }: TomlInline): string {
  const members = Object.entries(inline).flatMap(([key, value]) => tomlLine(key, value));
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function tomlKey(key: string): string {
  return BARE_KEY.test(key) ? key : tomlString(key);
}

/** A basic string. A lone surrogate has no UTF-8 and becomes U+FFFD. */
function tomlString(text: string): string {
  const escaped = text
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .replace(/["\\]/g, "\\$&")
    .replace(/[\u0000-\u001f\u007f]/g, (character) => NAMED[character] ?? hexEscape(character));
  return `"${escaped}"`;
}

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function hexEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
