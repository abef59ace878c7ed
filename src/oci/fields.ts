import { OciasmError } from "../errors.ts";

// A byte order mark is kept, and so refused: RFC 8259, section 8.1.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A JSON object from outside, whose members are read through `Fields` only. */
export interface Fields {
  /** For messages: "manifest", "manifest.layers[3]". */
  readonly where: string;
  /** The member, with null as absent: Docker writes null for empty lists and maps. */
  get(key: string): unknown;
  keys(): readonly string[];
}

/**
 * Parses a document of at most `limit` bytes whose top level is an object. `what` names it in messages.
 * Throws ARCHIVE_INVALID.
 */
export function parseFields(bytes: Uint8Array, what: string, limit: number): Fields {
  if (bytes.length > limit) throw invalid(`${what} has ${bytes.length} bytes, the limit is ${limit}`);
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new OciasmError("ARCHIVE_INVALID", `${what} is not JSON`, { cause });
  }
  return fieldsOf(value, what);
}

export function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(`${where} is not an object`);
  const members = new Map<string, unknown>(Object.entries(value));
  return { where, get: (key) => members.get(key) ?? undefined, keys: () => [...members.keys()] };
}

export function stringField(fields: Fields, key: string): string {
  const value = optionalString(fields, key);
  if (value === undefined) throw invalid(`${fields.where}.${key} is missing`);
  return value;
}

export function optionalString(fields: Fields, key: string): string | undefined {
  const value = fields.get(key);
  if (value === undefined || typeof value === "string") return value;
  throw invalid(`${fields.where}.${key} is not a string`);
}

/** A count or a size: an integer from 0 to 2^53-1. */
export function optionalCount(fields: Fields, key: string): number | undefined {
  const value = fields.get(key);
  return value === undefined ? undefined : readCount(value, `${fields.where}.${key}`);
}

export function optionalBoolean(fields: Fields, key: string): boolean | undefined {
  const value = fields.get(key);
  if (value === undefined || typeof value === "boolean") return value;
  throw invalid(`${fields.where}.${key} is not true or false`);
}

/** A list of at most `limit` items, each read by `read` with its own place for messages. */
export function optionalList<T>(
  fields: Fields,
  key: string,
  limit: number,
  read: (item: unknown, where: string) => T,
): readonly T[] | undefined {
  const value = fields.get(key);
  if (value === undefined) return undefined;
  const where = `${fields.where}.${key}`;
  if (!Array.isArray(value)) throw invalid(`${where} is not a list`);
  if (value.length > limit) throw invalid(`${where} has ${value.length} items, the limit is ${limit}`);
  return value.map((item: unknown, at) => read(item, `${where}[${at}]`));
}

export function optionalMap<T>(
  fields: Fields,
  key: string,
  read: (item: unknown, where: string) => T,
): Readonly<Record<string, T>> | undefined {
  const value = fields.get(key);
  if (value === undefined) return undefined;
  const inner = fieldsOf(value, `${fields.where}.${key}`);
  return Object.fromEntries(inner.keys().map((name) => [name, read(inner.get(name), `${inner.where}.${name}`)]));
}

export function readString(item: unknown, where: string): string {
  if (typeof item === "string") return item;
  throw invalid(`${where} is not a string`);
}

export function readCount(item: unknown, where: string): number {
  if (typeof item === "number" && Number.isSafeInteger(item) && item >= 0) return item;
  throw invalid(`${where} is not a whole number from 0`);
}

/** Drops the members that are undefined: exactOptionalPropertyTypes wants them absent. */
export function present<T extends object>(record: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

export function invalid(message: string): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", message);
}
