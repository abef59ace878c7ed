import { OciasmError, type SourceLocation } from "../errors.ts";
import type { Problems } from "../input/problems.ts";
import { shellWords } from "../input/shell-words.ts";
import { type ConfigEntry, type ConfigNode, describeNode, plainValue } from "./config-node.ts";
import { nearest } from "./nearest.ts";

/** A JSON Schema (draft 2020-12) as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Reads one node, or notes why not and returns undefined; `schema` says the same to editors. */
export interface Decoder<T> {
  readonly schema: JsonSchema;
  decode(node: ConfigNode, path: string, problems: Problems): T | undefined;
}

function configProblem(message: string, location: SourceLocation | undefined, hint?: string): OciasmError {
  return new OciasmError("CONFIG_INVALID", message, { location, hint });
}

function wrong(node: ConfigNode, path: string, wanted: string, problems: Problems): undefined {
  problems.add(configProblem(`${path} must be ${wanted}, not ${describeNode(node)}`, node.at));
  return undefined;
}

/** Text; a number counts as it is written. */
export function text(description: string, pattern?: RegExp, wanted = "text"): Decoder<string> {
  return {
    schema: { description, type: ["string", "number"], ...(pattern === undefined ? {} : { pattern: pattern.source }) },
    decode: (node, path, problems) => {
      const isText = node.kind === "scalar" && (typeof node.value === "string" || typeof node.value === "number");
      if (!isText || (pattern !== undefined && !pattern.test(node.source))) return wrong(node, path, wanted, problems);
      return node.source;
    },
  };
}

/** Text, a number or true and false: what an environment variable or a label can be. */
export function scalar(description: string): Decoder<string> {
  return {
    schema: { description, type: ["string", "number", "boolean"] },
    decode: (node, path, problems) =>
      node.kind === "scalar" && node.value !== null ? node.source : wrong(node, path, "text", problems),
  };
}

export function yesNo(description: string): Decoder<boolean> {
  return {
    schema: { description, type: "boolean" },
    decode: (node, path, problems) =>
      node.kind === "scalar" && typeof node.value === "boolean"
        ? node.value
        : wrong(node, path, "true or false", problems),
  };
}

export function count(description: string, least: number, most: number = Number.MAX_SAFE_INTEGER): Decoder<number> {
  return {
    schema: {
      description,
      type: "integer",
      minimum: least,
      ...(most < Number.MAX_SAFE_INTEGER ? { maximum: most } : {}),
    },
    decode: (node, path, problems) => {
      const value = node.kind === "scalar" ? node.value : undefined;
      if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) return value;
      const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `from ${least}`;
      return wrong(node, path, `a whole number ${range}`, problems);
    },
  };
}

export function oneOf<T extends string>(description: string, choices: readonly T[]): Decoder<T> {
  return {
    schema: { description, enum: choices },
    decode: (node, path, problems) => {
      const found = node.kind === "scalar" ? choices.find((choice) => choice === node.value) : undefined;
      return found ?? wrong(node, path, `one of ${choices.join(", ")}`, problems);
    },
  };
}

/** A list; one item alone may stand without it. */
export function list<T>(description: string, item: Decoder<T>): Decoder<readonly T[]> {
  const { description: _, ...one } = item.schema;
  return {
    schema: { description, anyOf: [one, { type: "array", items: one }] },
    decode: (node, path, problems) => {
      const items = node.kind === "list" ? node.items : [node];
      const decoded = items.map((each, index) =>
        item.decode(each, node.kind === "list" ? `${path}[${index}]` : path, problems),
      );
      return decoded.filter((each) => each !== undefined);
    },
  };
}

/** A command: a list of words, or one text that is split as a shell would. */
export function words(description: string): Decoder<readonly string[]> {
  return {
    schema: { description, anyOf: [{ type: "string" }, { type: "array", items: { type: ["string", "number"] } }] },
    decode: (node, path, problems) => {
      if (node.kind === "list") {
        const texts = node.items.map((item, index) => scalar("").decode(item, `${path}[${index}]`, problems));
        return texts.filter((each) => each !== undefined);
      }
      if (node.kind !== "scalar" || node.value === null)
        return wrong(node, path, "a list of words or one text", problems);
      const split = shellWords(node.source);
      if (split !== undefined) return split.map((word) => word.text);
      problems.add(configProblem(`${path} has an open quote`, node.at));
      return undefined;
    },
  };
}

export function mapOf<T>(description: string, value: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  const { description: _, ...one } = value.schema;
  return {
    schema: { description, type: "object", additionalProperties: one },
    decode: (node, path, problems) => {
      if (node.kind !== "map") return wrong(node, path, "a mapping", problems);
      const record: Record<string, T> = Object.create(null);
      for (const { key, value: member } of node.entries) {
        const decoded = value.decode(member, `${path}.${key}`, problems);
        if (decoded !== undefined) record[key] = decoded;
      }
      return { ...record };
    },
  };
}

/** Any mapping, handed on as plain values. */
export function raw(description: string): Decoder<Readonly<Record<string, unknown>>> {
  return {
    schema: { description, type: "object" },
    decode: (node, path, problems) =>
      node.kind === "map"
        ? (plainValue(node) as Readonly<Record<string, unknown>>)
        : wrong(node, path, "a mapping", problems),
  };
}

/** `short` for one text, else `long`. */
export function either<A, B>(
  description: string,
  short: Decoder<A>,
  long: Decoder<B>,
  isLong: "map" | "list" = "map",
): Decoder<A | B> {
  return {
    schema: { description, anyOf: [short.schema, long.schema] },
    decode: (node, path, problems) => (node.kind === isLong ? long : short).decode(node, path, problems),
  };
}

/** Another value made of what `decoder` reads; `convert` returns a text to say what is wrong. */
export function converted<A, B extends object | number>(
  decoder: Decoder<A>,
  convert: (value: A) => B | string,
): Decoder<B> {
  return {
    schema: decoder.schema,
    decode: (node, path, problems) => {
      const value = decoder.decode(node, path, problems);
      if (value === undefined) return undefined;
      const result = convert(value);
      if (typeof result !== "string") return result;
      problems.add(configProblem(`${path} ${result}`, node.at));
      return undefined;
    },
  };
}

/** One decoder for each member of T; in files the keys are written with dashes. */
export type Fields<T> = { readonly [K in keyof T]-?: Decoder<Exclude<T[K], undefined>> };

export interface ObjectOptions {
  readonly required?: readonly string[];
  /** Keys that are known, and answered with "not available yet". */
  readonly later?: readonly string[];
}

export function object<T extends object>(
  description: string,
  fields: Fields<T>,
  options: ObjectOptions = {},
): Decoder<T> {
  const decoders = new Map<string, readonly [member: string, decoder: Decoder<unknown>]>(
    Object.entries<Decoder<unknown>>(fields).map(([member, decoder]) => [dashed(member), [member, decoder]]),
  );
  const { required = [], later = [] } = options;
  return {
    schema: {
      description,
      type: "object",
      properties: Object.fromEntries([...decoders].map(([key, [, decoder]]) => [key, decoder.schema])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    },
    decode: (node, path, problems) => {
      if (node.kind !== "map") return wrong(node, path === "" ? "the configuration" : path, "a mapping", problems);
      const record: Record<string, unknown> = {};
      for (const entry of node.entries) {
        const known = decoders.get(entry.key);
        if (known === undefined) problems.add(unknownKey(entry, path, [...decoders.keys()], later));
        else if (entry.value.kind !== "scalar" || entry.value.value !== null) {
          const value = known[1].decode(entry.value, path === "" ? entry.key : `${path}.${entry.key}`, problems);
          if (value !== undefined) record[known[0]] = value;
        }
      }
      for (const key of required.filter((each) => !node.entries.some((entry) => entry.key === each))) {
        problems.add(configProblem(`${path} lacks ${key}`, node.at));
      }
      return record as T;
    },
  };
}

function unknownKey(entry: ConfigEntry, path: string, known: readonly string[], later: readonly string[]): OciasmError {
  const name = path === "" ? entry.key : `${path}.${entry.key}`;
  if (later.includes(entry.key))
    return configProblem(`${name} is not available yet`, entry.at, `leave ${entry.key} out`);
  const guess = nearest(dashed(entry.key), known);
  const all = `the keys are ${[...known].sort().join(", ")}`;
  return configProblem(
    `there is no key ${name}`,
    entry.at,
    guess === undefined ? all : `did you mean ${guess}? ${all}`,
  );
}

/** `stopSignal` and `stop_signal` are `stop-signal`. */
export function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll("_", "-");
}
