import { configJsonSchema, LATER } from "../../src/build/config-schema.ts";
import type { JsonSchema } from "../../src/build/decoder.ts";
import { assembleParams } from "../../src/build/plumbing/assemble-params.ts";
import { layerParams } from "../../src/build/plumbing/layer-params.ts";
import type { FlagGroup } from "../../src/cli/flags.ts";
import { flagTable } from "../../src/cli/help.ts";
import { VERBS } from "../../src/cli/verbs.ts";

/** Parts of the documentation that are written from the program, by the name of their marker in docs/config.md. */
export function generatedParts(): Readonly<Record<string, string>> {
  return {
    keys: keyTable(),
    later: LATER.map((key) => `\`${key}\``).join(", "),
    verbs: verbTable(),
    flags: flagTables(),
  };
}

/** Published JSON Schemas that are written from decoders, by their file. */
export function generatedSchemas(): Readonly<Record<string, JsonSchema>> {
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  return {
    "schema/ociasm.schema.json": configJsonSchema(),
    "schema/layer.schema.json": { $schema, title: "ociasm layer", ...layerParams.schema },
    "schema/assemble.schema.json": { $schema, title: "ociasm assemble", ...assembleParams.schema },
  };
}

/** The page with what stands between `<!-- NAME -->` and `<!-- /NAME -->` written anew. Throws when a marker lacks. */
export function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [text.indexOf(open), text.indexOf(close)];
    if (start < 0 || end < start) throw new Error(`the page has no part ${name}`);
    return `${text.slice(0, start)}${open}\n${part}\n${text.slice(end)}`;
  }, page);
}

/** Every key of the configuration with its dotted path; lists of mappings as `files.extra[].mode`. */
export function configKeys(): readonly (readonly [path: string, schema: JsonSchema])[] {
  return keysOf(configJsonSchema(), "");
}

function keysOf(schema: JsonSchema, prefix: string): readonly (readonly [string, JsonSchema])[] {
  return Object.entries(membersOf(schema, "properties")).flatMap(([key, member]) => {
    const path = `${prefix}${key}`;
    return [[path, member] as const, ...nested(member, path)];
  });
}

function nested(schema: JsonSchema, path: string): readonly (readonly [string, JsonSchema])[] {
  const options = choicesOf(schema);
  const map = options.find((option) => "properties" in option);
  if (map !== undefined) {
    const isItem = options.some((option) => "properties" in membersOf(option, "items"));
    return keysOf(map, `${path}${isItem ? "[]" : ""}.`);
  }
  return [];
}

function choicesOf(schema: JsonSchema): readonly JsonSchema[] {
  const choices = schema["anyOf"];
  return Array.isArray(choices) ? choices.flatMap((choice: JsonSchema) => choicesOf(choice)) : [schema];
}

function membersOf(schema: JsonSchema, key: string): Readonly<Record<string, JsonSchema>> {
  return (schema[key] ?? {}) as Readonly<Record<string, JsonSchema>>;
}

function keyTable(): string {
  const rows = configKeys().map(([path, schema]) => {
    return `| \`${path}\` | ${kindOf(schema)} | ${String(schema["description"] ?? "").replaceAll("|", "\\|")} |`;
  });
  return ["| key | takes | |", "|---|---|---|", ...rows].join("\n");
}

function kindOf(schema: JsonSchema): string {
  const kinds = choicesOf(schema).map((choice) => {
    if (Array.isArray(choice["enum"])) return choice["enum"].join(", ");
    if (choice["type"] === "array") return `list of ${kindOf((choice["items"] ?? {}) as JsonSchema)}`;
    if (choice["type"] === "object") return "mapping";
    if (choice["type"] === "boolean") return "true, false";
    return choice["type"] === "integer" ? range(choice) : "text";
  });
  // One alone may stand for a list of one, everywhere.
  const alone = kinds.filter((kind) => !kinds.includes(`list of ${kind}`));
  return [...new Set(alone)].join(" or ");
}

function range({ minimum, maximum }: JsonSchema): string {
  return maximum === undefined ? `number from ${minimum}` : `number ${minimum} to ${maximum}`;
}

/** Each group of flags once, and the verbs that take it. */
function flagGroups(): readonly FlagGroup[] {
  return [...new Map(VERBS.flatMap((verb) => verb.groups.map((group) => [group.title, group] as const))).values()];
}

function verbTable(): string {
  const rows = VERBS.map(({ name, usage, summary, groups }) => {
    return `| \`${name}\` | \`ociasm ${usage}\` | ${summary} | ${groups.map((group) => group.title).join(", ")} |`;
  });
  return ["| verb | usage | does | flags |", "|---|---|---|---|", ...rows].join("\n").replaceAll("`|`", "`\\|`");
}

function flagTables(): string {
  return flagGroups()
    .map((group) => `### ${group.title}\n\n${flagTable(group)}`)
    .join("\n\n");
}
