import { OciasmError } from "../errors.ts";

/**
 * The one text of a JSON value: members sorted by UTF-16 code unit, no white space, the escapes of JSON.stringify.
 * Digests and layer keys are taken of it. Throws BUG for anything that JSON can't carry: undefined, NaN, functions,
 * class instances, lone surrogates, cycles deeper than 100 levels.
 */
export function canonicalJson(value: unknown): string {
  return serialise(value, 0);
}

const MAX_DEPTH = 100;
// With the u flag a pair is one code point: only a lone half matches.
const LONE_SURROGATE = /\p{Surrogate}/u;

function serialise(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw unfit("a value nested deeper than 100 levels");
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      if (LONE_SURROGATE.test(value)) throw unfit("a string with a lone surrogate");
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw unfit(String(value));
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      return Array.isArray(value) ? serialiseArray(value, depth) : serialiseRecord(value, depth);
    default:
      throw unfit(`a value of type ${typeof value}`);
  }
}

function serialiseArray(items: readonly unknown[], depth: number): string {
  const parts: string[] = [];
  // An index loop: forEach and map skip holes, which must not pass unseen.
  for (let at = 0; at < items.length; at++) parts.push(serialise(items[at], depth + 1));
  return `[${parts.join(",")}]`;
}

function serialiseRecord(record: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) throw unfit("an object that is no plain record");
  const members = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${serialise(key, depth + 1)}:${serialise(member, depth + 1)}`).join(",")}}`;
}

function unfit(what: string): OciasmError {
  return new OciasmError("BUG", `${what} has no canonical JSON`);
}
