/** A start tag: its name in lower case, and its attributes with lower-case names and decoded values. */
export interface HtmlTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Reads the element that begins at an index by other means, and says where the text goes on; undefined for one it can't. */
export type TakeElement = (text: string, at: number) => number | undefined;

/**
 * The start tags of an HTML text, in one pass over it. Tolerant like a browser where indexes are sloppy: letter case,
 * missing quotes, missing end tags. Comments and the contents of script and style are skipped, and what `take` reads.
 */
export function* htmlTags(text: string, take?: TakeElement): Generator<HtmlTag, void, undefined> {
  let at = text.indexOf("<");
  while (at >= 0) {
    if (text.startsWith("<!--", at)) {
      at = after(text, "-->", at + 4);
    } else if (isLetter(text.charCodeAt(at + 1))) {
      const taken = take?.(text, at);
      if (taken !== undefined) {
        at = text.indexOf("<", taken);
        continue;
      }
      const { tag, end } = readTag(text, at + 1);
      yield tag;
      at = tag.name === "script" || tag.name === "style" ? endOfRaw(text, tag.name, end) : end;
    } else {
      at++;
    }
    at = text.indexOf("<", at);
  }
}

/** Attributes as they stand in a tag, without its name. */
export function htmlAttributes(text: string): HtmlTag["attributes"] {
  return readTag(`a ${text}>`, 0).tag.attributes;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

function endOfRaw(text: string, name: string, from: number): number {
  const close = new RegExp(`</${name}`, "gi");
  close.lastIndex = from;
  return close.exec(text)?.index ?? text.length;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** Sticky patterns: each starts where the last one ended, so no character is looked at twice. */
const NAME = /[^\s/>]*/y;
const GAP = /[\s/]*/y;
const KEY = /[^\s/>=]+/y;
const EQUALS = /\s*=\s*/y;
/** The way in which nearly all attributes are written, in one step. */
const PLAIN = /\s+([a-z][a-z-]*)="([^"]*)"/y;
const VALUE = /"[^"]*"?|'[^']*'?|[^\s>]*/y;

function readTag(text: string, start: number): { readonly tag: HtmlTag; readonly end: number } {
  let at = start;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const name = (take(NAME) ?? "").toLowerCase();
  const attributes = new Map<string, string>();
  PLAIN.lastIndex = at;
  for (let found = PLAIN.exec(text); found !== null; found = PLAIN.exec(text)) {
    const [, key = "", value = ""] = found;
    at = PLAIN.lastIndex;
    if (!attributes.has(key)) attributes.set(key, decodeEntities(value));
  }
  for (take(GAP); at < text.length && text[at] !== ">"; take(GAP)) {
    const key = take(KEY)?.toLowerCase();
    const value = take(EQUALS) === undefined ? "" : unquote(take(VALUE) ?? "");
    // The first of two equal attributes counts, as in browsers.
    if (key !== undefined && !attributes.has(key)) attributes.set(key, decodeEntities(value));
  }
  return { tag: { name, attributes }, end: Math.min(at + 1, text.length) };
}

function unquote(value: string): string {
  const [quote] = value;
  if (quote !== '"' && quote !== "'") return value;
  return value.length > 1 && value.endsWith(quote) ? value.slice(1, -1) : value.slice(1);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", "\u00a0"],
]);

/** Character references that stand in attribute values of index pages; others stay as they are. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));?/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES.get(name.toLowerCase()) ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? "\ufffd" : String.fromCodePoint(code);
    },
  );
}
