import type { ZipEntry } from "../archive/zip-entry.ts";
import { normalizeName } from "../python/name.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import { parsedValue } from "./parsed-value.ts";
import { wheelInvalid } from "./wheel-contents.ts";

/** The members of `*.dist-info` that are read before the rest of a wheel. */
export interface DistInfo {
  /** Without a slash: `demo-1.0.dist-info`. */
  readonly directory: string;
  readonly wheelFile: ZipEntry;
  readonly metadata: ZipEntry;
  readonly record: ZipEntry | undefined;
  readonly entryPoints: ZipEntry | undefined;
}

/**
 * Finds the one `.dist-info` directory and checks that it belongs to the wheel: names are compared normalised,
 * as wheels differ in case, dots and dashes. Throws WHEEL_INVALID.
 */
export function findDistInfo(entries: readonly ZipEntry[], filename: string): DistInfo {
  const directory = onlyDistInfo(entries, filename);
  const { name } = parsedValue(parseWheelName(filename), filename, "file name");
  const owner = directory.slice(0, -".dist-info".length).split("-")[0] ?? "";
  if (normalizeName(owner) !== name) {
    throw wheelInvalid(filename, `its metadata directory ${directory} belongs to another package`);
  }
  const member = (base: string) => entries.find((entry) => entry.name === `${directory}/${base}`);
  const wheelFile = member("WHEEL");
  const metadata = member("METADATA");
  if (wheelFile === undefined) throw wheelInvalid(filename, `no ${directory}/WHEEL`);
  if (metadata === undefined) throw wheelInvalid(filename, `no ${directory}/METADATA`);
  return { directory, wheelFile, metadata, record: member("RECORD"), entryPoints: member("entry_points.txt") };
}

function onlyDistInfo(entries: readonly ZipEntry[], filename: string): string {
  const found = new Set<string>();
  for (const { name } of entries) {
    const top = name.split("/", 1)[0] ?? "";
    if (top.endsWith(".dist-info") && name.length > top.length) found.add(top);
  }
  const [directory, second] = [...found].sort();
  if (directory === undefined) throw wheelInvalid(filename, "no .dist-info directory");
  if (second !== undefined) throw wheelInvalid(filename, `two metadata directories, ${directory} and ${second}`);
  return directory;
}

/** The files under `*.data/scripts`: their first lines decide whether they are rewritten. */
export function scriptEntries(entries: readonly ZipEntry[]): readonly ZipEntry[] {
  return entries.filter(({ name, isDirectory }) => {
    const [top, key] = name.split("/", 2);
    return !isDirectory && top?.endsWith(".data") === true && key === "scripts";
  });
}
