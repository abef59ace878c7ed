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
  readCount,
  readString,
  stringField,
} from "../oci/fields.ts";
import { canonicalJson } from "../oci/json.ts";
import type { TargetLibc } from "../python/target.ts";
import type { BaseFacts } from "./base.ts";
import type { TreeLibraries } from "./tree-libraries.ts";

/** What the layers of a base image told; the same image tells the same again. */
export interface BaseVerdict {
  readonly facts: BaseFacts;
  /** Uncompressed bytes of each layer. */
  readonly sizes: readonly number[];
  /** Left out of a note that would be too long with them. */
  readonly libraries?: TreeLibraries;
}

const FORMAT = 2;
/** A manifest is read by everybody who pulls: a base that needs more than this says nothing. */
const MOST_BYTES = 32 * 1024;
const MOST_ITEMS = 10_000;
const MOST_LETTERS = 4096;
const MOST_ID = 0xffff_ffff;

/** The verdict as text for an annotation, the same on every machine; undefined when it would be too long. */
export function writeBaseNote(verdict: BaseVerdict): string | undefined {
  const { libraries: _long, ...short } = verdict;
  const texts = [verdict, short].map((one) => canonicalJson({ format: FORMAT, ...one }));
  return texts.find((text) => text.length <= MOST_BYTES);
}

/** Throws ARCHIVE_INVALID for anything that `writeBaseNote` can't have written of an image that was read. */
export function readBaseNote(text: string): BaseVerdict {
  const fields = parseFields(new TextEncoder().encode(text), "base note", 4 * MOST_BYTES);
  if (fields.get("format") !== FORMAT) throw invalid("base note.format is unknown");
  const facts = fieldsOf(fields.get("facts"), "base note.facts");
  const python = facts.get("python");
  const libc = facts.get("libc");
  const libraries = fields.get("libraries");
  return {
    ...(libraries === undefined ? {} : { libraries: readLibraries(fieldsOf(libraries, "base note.libraries")) }),
    sizes: optionalList(fields, "sizes", MOST_ITEMS, readCount) ?? [],
    facts: present<BaseFacts>({
      python: python === undefined ? undefined : readPython(fieldsOf(python, "base note.facts.python")),
      libc: libc === undefined ? undefined : readLibc(fieldsOf(libc, "base note.facts.libc")),
      directories: optionalList(facts, "directories", MOST_ITEMS, readDirectory) ?? [],
      links: readLinks(facts),
      passwd: optionalString(facts, "passwd"),
      group: optionalString(facts, "group"),
      authorities: readAuthorities(facts),
    }),
  };
}

function readPython(fields: Fields): NonNullable<BaseFacts["python"]> {
  const executable = stringField(fields, "executable");
  checkPath(executable.slice(1), `${fields.where}.executable`);
  if (!executable.startsWith("/")) throw invalid(`${fields.where}.executable is not absolute`);
  return {
    version: matching(fields, "version", /^3\.\d{1,3}\.\d{1,3}[0-9a-z.+]{0,20}$/),
    executable,
    freeThreaded: optionalBoolean(fields, "freeThreaded") ?? false,
  };
}

function readAuthorities(facts: Fields): string | undefined {
  const path = optionalString(facts, "authorities");
  if (path === undefined) return undefined;
  checkPath(path.slice(1), `${facts.where}.authorities`);
  if (!path.startsWith("/")) throw invalid(`${facts.where}.authorities is not absolute`);
  return path;
}

function readLibraries(fields: Fields): TreeLibraries {
  return present<TreeLibraries>({
    sonames: optionalList(fields, "sonames", MOST_ITEMS, readString) ?? [],
    suite: fields.get("suite") === undefined ? undefined : matching(fields, "suite", /^[a-z]{1,40}$/),
  });
}

function readLibc(fields: Fields): TargetLibc {
  const family = stringField(fields, "family");
  if (family !== "glibc" && family !== "musl") throw invalid("base note.facts.libc.family is unknown");
  return { family, version: matching(fields, "version", /^\d{1,3}(?:\.\d{1,3}){1,3}$/) };
}

function readDirectory(value: unknown, where: string): DirectorySource {
  const fields = fieldsOf(value, where);
  const path = stringField(fields, "path");
  checkPath(path, `${where}.path`);
  return present<DirectorySource>({
    type: "directory",
    path,
    mode: atMost(fields, "mode", 0o7777) ?? 0o755,
    uid: atMost(fields, "uid", MOST_ID),
    gid: atMost(fields, "gid", MOST_ID),
  });
}

function readLinks(facts: Fields): Readonly<Record<string, string>> {
  const links = optionalMap(facts, "links", readString) ?? {};
  for (const path of Object.entries(links).flat()) checkPath(path, `${facts.where}.links`);
  return links;
}

/** As the tree of an image has them: relative, and nowhere out of it. */
function checkPath(path: string, where: string): void {
  const isPath = path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isPath || path.includes("\0") || path.length > MOST_LETTERS) throw invalid(`${where} is no path of an image`);
}

function matching(fields: Fields, key: string, pattern: RegExp): string {
  const text = stringField(fields, key);
  if (!pattern.test(text)) throw invalid(`${fields.where}.${key} is not as it should be`);
  return text;
}

function atMost(fields: Fields, key: string, most: number): number | undefined {
  const count = optionalCount(fields, key);
  if (count !== undefined && count > most) throw invalid(`${fields.where}.${key} is larger than ${most}`);
  return count;
}
