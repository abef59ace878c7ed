import { OciasmError } from "../errors.ts";

/**
 * Reads `type=oci,dest=out.tar,tar=false`, buildx's form: one CSV record whose fields are `key=value`, so that a field
 * with a comma stands in double quotes. Keys come in lower case. A path alone is no spec here. Throws USAGE.
 */
export function parseOutputSpec(text: string): Readonly<Record<string, string>> {
  const spec = new Map<string, string>();
  for (const field of csvFields(text)) {
    const equals = field.indexOf("=");
    const key = field.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (key === "") throw wrong(text, `${JSON.stringify(field)} is not key=value`);
    if (spec.has(key)) throw wrong(text, `${key} is given twice`);
    spec.set(key, field.slice(equals + 1));
  }
  if (!spec.has("type")) throw wrong(text, "type is missing");
  return Object.fromEntries(spec);
}

/** One record of RFC 4180: a field is quoted as a whole or not at all. */
function csvFields(text: string): readonly string[] {
  const fields: string[] = [];
  for (let at = 0; ; ) {
    const { field, end } = text[at] === '"' ? quotedField(text, at + 1) : plainField(text, at);
    fields.push(field);
    if (end === text.length) return fields;
    if (text[end] !== ",") throw wrong(text, "a quoted field goes on after its closing quote");
    at = end + 1;
  }
}

function plainField(text: string, start: number): { field: string; end: number } {
  const comma = text.indexOf(",", start);
  const end = comma < 0 ? text.length : comma;
  const field = text.slice(start, end);
  if (field.includes('"')) throw wrong(text, "a quote stands inside a field: quote the whole field");
  return { field, end };
}

function quotedField(text: string, start: number): { field: string; end: number } {
  for (let at = start; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) throw wrong(text, "a quote is not closed");
    if (text[at + 1] !== '"') return { field: text.slice(start, at).replaceAll('""', '"'), end: at + 1 };
  }
}

/** Throws USAGE that names the first key of `spec` that is not among `known`. */
export function checkKeys(spec: Readonly<Record<string, string>>, known: readonly string[]): void {
  for (const key of Object.keys(spec)) {
    if (key === "type" || known.includes(key)) continue;
    throw new OciasmError("USAGE", `output type=${spec["type"]} has no key ${JSON.stringify(key)}`, {
      hint: HINTS.get(key) ?? (known.length === 0 ? "it takes no keys" : `it takes ${known.join(", ")}`),
    });
  }
}

// Keys of buildx for which there is a flag.
const HINTS: ReadonlyMap<string, string> = new Map([
  ["name", "name the image with -t/--tag"],
  ["push", "push with --push or -o type=registry"],
  ["compression", "choose it with --compression"],
  ["compression-level", "choose it with --compression NAME,level=N"],
  ["force-compression", "leave it out: base layers are never compressed anew"],
  ["oci-mediatypes", "leave it out: media types are always OCI's"],
]);

/** Go's strconv.ParseBool, as buildx reads flags. */
export function booleanKey(spec: Readonly<Record<string, string>>, key: string, fallback: boolean): boolean {
  const text = spec[key];
  if (text === undefined) return fallback;
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new OciasmError("USAGE", `output ${key}=${text} is neither true nor false`, { hint: `write ${key}=false` });
}

function wrong(text: string, why: string): OciasmError {
  return new OciasmError("USAGE", `output ${JSON.stringify(text.slice(0, 200))}: ${why}`, {
    hint: "write it as type=oci,dest=PATH",
  });
}
