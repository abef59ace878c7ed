import type { DirectorySource } from "../layers/recipe.ts";
import {
  type Fields,
  fieldsOf,
  invalid,
  optionalBoolean,
  optionalCount,
  optionalList,
  optionalMap,
  optionalString,
  parseFields,
  present,
  readString,
  stringField,
} from "../oci/fields.ts";
import { canonicalJson } from "../oci/json.ts";
import type { TargetLibc } from "../python/target.ts";
import type { BaseFacts } from "./base.ts";

/** What the layers of a base image told; the same image tells the same again. */
export interface BaseVerdict {
  readonly facts: BaseFacts;
  /** Uncompressed bytes of each layer. */
  readonly sizes: readonly number[];
}

const FORMAT = 1;
/** A manifest is read by everybody who pulls: a base that needs more than this says nothing. */
const MOST_BYTES = 32 * 1024;
const MOST_ITEMS = 10_000;

/** The verdict as text for an annotation, the same on every machine; undefined when it would be too long. */
export function writeBaseNote(verdict: BaseVerdict): string | undefined {
  const text = canonicalJson({ format: FORMAT, ...verdict });
  return text.length > MOST_BYTES ? undefined : text;
}

/** Throws ARCHIVE_INVALID for anything that `writeBaseNote` did not write. */
export function readBaseNote(text: string): BaseVerdict {
  const fields = parseFields(new TextEncoder().encode(text), "base note", 4 * MOST_BYTES);
  if (fields.get("format") !== FORMAT) throw invalid("base note.format is unknown");
  const facts = fieldsOf(fields.get("facts"), "base note.facts");
  const python = facts.get("python");
  const libc = facts.get("libc");
  return {
    sizes: optionalList(fields, "sizes", MOST_ITEMS, readCount) ?? [],
    facts: present<BaseFacts>({
      python: python === undefined ? undefined : readPython(fieldsOf(python, "base note.facts.python")),
      libc: libc === undefined ? undefined : readLibc(fieldsOf(libc, "base note.facts.libc")),
      directories: optionalList(facts, "directories", MOST_ITEMS, readDirectory) ?? [],
      links: optionalMap(facts, "links", readString) ?? {},
      passwd: optionalString(facts, "passwd"),
      group: optionalString(facts, "group"),
    }),
  };
}

function readCount(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(`${where} is not a count`);
}

function readPython(fields: Fields): NonNullable<BaseFacts["python"]> {
  return {
    version: stringField(fields, "version"),
    executable: stringField(fields, "executable"),
    freeThreaded: optionalBoolean(fields, "freeThreaded") ?? false,
  };
}

function readLibc(fields: Fields): TargetLibc {
  const family = stringField(fields, "family");
  if (family !== "glibc" && family !== "musl") throw invalid("base note.facts.libc.family is unknown");
  return { family, version: stringField(fields, "version") };
}

function readDirectory(value: unknown, where: string): DirectorySource {
  const fields = fieldsOf(value, where);
  return present<DirectorySource>({
    type: "directory",
    path: stringField(fields, "path"),
    mode: optionalCount(fields, "mode") ?? 0o755,
    uid: optionalCount(fields, "uid"),
    gid: optionalCount(fields, "gid"),
  });
}
