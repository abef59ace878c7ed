import { normalizeName } from "./name.ts";
import { type Parsed, parsed, problem } from "./parsed.ts";
import { parseVersion, type Version } from "./version.ts";

/** What a source distribution's file name says (PEP 625, and the older spellings with dashes in the name). */
export interface SdistName {
  readonly name: string;
  readonly version: Version;
}

/** Reads `name-1.0.tar.gz` or `name-1.0.zip`: the version is what follows the last dash. */
export function parseSdistName(filename: string): Parsed<SdistName> {
  const extension = [".tar.gz", ".zip"].find((each) => filename.endsWith(each));
  if (extension === undefined) return problem("a source distribution ends in .tar.gz or .zip", 0, filename.length);
  const stem = filename.slice(0, -extension.length);
  const dash = stem.lastIndexOf("-");
  if (dash < 1) return problem("no dash between name and version", 0, filename.length);
  const version = parseVersion(stem.slice(dash + 1));
  if (version === undefined) return problem(`${JSON.stringify(stem.slice(dash + 1))} is no version`, dash + 1);
  return parsed({ name: normalizeName(stem.slice(0, dash)), version });
}
