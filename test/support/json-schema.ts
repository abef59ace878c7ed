/** A JSON Schema as plain data. */
export type Schema = Readonly<Record<string, unknown>>;

/** Keywords that say nothing about a value. */
const NOTES = new Set(["$schema", "$id", "$defs", "title", "description"]);

type Check = (wanted: never, value: unknown, path: string, schema: Schema, root: Schema) => readonly string[];

/** The part of JSON Schema 2020-12 that our schemas use; any other keyword is an error, so none is passed over. */
const CHECKS: Readonly<Record<string, Check>> = {
  $ref: (wanted: string, value, path, _schema, root) => errorsOf(resolve(root, wanted), value, path, root),
  type: (wanted: string | readonly string[], value, path) =>
    [wanted].flat().some((type) => hasType(value, type)) ? [] : [`${path} is no ${[wanted].flat().join(" or ")}`],
  enum: (wanted: readonly unknown[], value, path) => (wanted.includes(value) ? [] : [`${path} is none of ${wanted}`]),
  const: (wanted: unknown, value, path) => (value === wanted ? [] : [`${path} is not ${wanted}`]),
  pattern: (wanted: string, value, path) =>
    typeof value !== "string" || new RegExp(wanted, "u").test(value) ? [] : [`${path} does not match ${wanted}`],
  minimum: (wanted: number, value, path) =>
    typeof value !== "number" || value >= wanted ? [] : [`${path} is below ${wanted}`],
  maximum: (wanted: number, value, path) =>
    typeof value !== "number" || value <= wanted ? [] : [`${path} is above ${wanted}`],
  minItems: (wanted: number, value, path) =>
    !Array.isArray(value) || value.length >= wanted ? [] : [`${path} has fewer than ${wanted} items`],
  required: (wanted: readonly string[], value, path) =>
    isMap(value) ? wanted.filter((key) => !Object.hasOwn(value, key)).map((key) => `${path} lacks ${key}`) : [],
  properties: (wanted: Readonly<Record<string, Schema>>, value, path, _schema, root) =>
    isMap(value)
      ? Object.entries(wanted).flatMap(([key, member]) =>
          Object.hasOwn(value, key) ? errorsOf(member, value[key], `${path}.${key}`, root) : [],
        )
      : [],
  additionalProperties: (wanted: boolean | Schema, value, path, schema, root) => {
    if (!isMap(value) || wanted === true) return [];
    const known = Object.keys((schema["properties"] ?? {}) as object);
    const others = Object.keys(value).filter((key) => !known.includes(key));
    if (wanted === false) return others.map((key) => `${path}.${key} is unknown`);
    return others.flatMap((key) => errorsOf(wanted, value[key], `${path}.${key}`, root));
  },
  items: (wanted: Schema, value, path, _schema, root) =>
    Array.isArray(value) ? value.flatMap((item, index) => errorsOf(wanted, item, `${path}[${index}]`, root)) : [],
  anyOf: (wanted: readonly Schema[], value, path, _schema, root) => {
    const errors = wanted.map((choice) => errorsOf(choice, value, path, root));
    return errors.some((found) => found.length === 0) ? [] : errors.flat();
  },
};

/** What is wrong with a value; empty when it fits. Throws for a schema that says what is not understood here. */
export function schemaErrors(schema: Schema, value: unknown): readonly string[] {
  return errorsOf(schema, value, "$", schema);
}

function errorsOf(schema: Schema, value: unknown, path: string, root: Schema): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    const check = CHECKS[keyword];
    if (check !== undefined) return check(wanted as never, value, path, schema, root);
    if (NOTES.has(keyword)) return [];
    throw new Error(`unknown keyword ${keyword}`);
  });
}

function resolve(root: Schema, reference: string): Schema {
  const name = /^#\/\$defs\/(\w+)$/.exec(reference)?.[1] ?? "";
  const found = (root["$defs"] as Readonly<Record<string, Schema>>)[name];
  if (found === undefined) throw new Error(`there is no ${reference}`);
  return found;
}

function hasType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isMap(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
