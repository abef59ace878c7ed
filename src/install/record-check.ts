import type { ZipEntry } from "../archive/zip-entry.ts";
import { parseRecord, type RecordRow } from "../python/record.ts";
import { parsedValue } from "./parsed-value.ts";
import { type WheelContents, wheelInvalid } from "./wheel-contents.ts";

/** What RECORD promises of the files of the archive. */
export interface RecordCheck {
  /** sha256 in hex by entry name; absent where RECORD gives none. */
  readonly sha256: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/** RECORD can't hold its own hash, nor that of signatures over it (deprecated by PEP 815). */
const UNLISTED = ["RECORD", "RECORD.jws", "RECORD.p7s"];

/** The binary distribution format allows sha256 "or better". */
const STRONGER = ["sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"];

/**
 * Compares RECORD with the archive's directory: each file has a row with its size, each row a file. Bytecode may be
 * missing on either side, and rows may name directories, as real wheels have it. Hashes are handed on, to be checked while
 * the bytes pass. Throws WHEEL_INVALID that names the entry.
 */
export function checkRecord(wheel: WheelContents, distInfo: string): RecordCheck {
  if (wheel.record === undefined) throw wheelInvalid(wheel.filename, `no ${distInfo}/RECORD`);
  const rows = parsedValue(parseRecord(wheel.record), wheel.filename, "RECORD");
  const files = new Map(wheel.entries.filter((entry) => !entry.isDirectory).map((entry) => [entry.name, entry]));
  const unlisted = new Set(UNLISTED.map((name) => `${distInfo}/${name}`));
  const listed = rowsOfFiles(wheel, rows, files);
  const sha256 = new Map<string, string>();
  const warnings: string[] = [];
  for (const [name, entry] of files) {
    if (unlisted.has(name)) continue;
    const row = listed.get(name);
    if (row === undefined && !name.endsWith(".pyc")) throw lie(wheel, `does not list ${JSON.stringify(name)}`);
    if (row !== undefined) checkRow(wheel, entry, row);
    if (row?.sha256 !== undefined) sha256.set(name, row.sha256);
    else warnings.push(`${wheel.filename}: RECORD has no sha256 of ${name}`);
  }
  return { sha256, warnings };
}

/** By path; throws for a row that names nothing in the archive and for two rows that differ. */
function rowsOfFiles(
  wheel: WheelContents,
  rows: readonly RecordRow[],
  files: ReadonlyMap<string, ZipEntry>,
): ReadonlyMap<string, RecordRow> {
  const directories = directoriesOf(wheel.entries);
  const listed = new Map<string, RecordRow>();
  for (const row of rows) {
    const name = JSON.stringify(row.path);
    const earlier = listed.get(row.path);
    if (files.has(row.path)) {
      if (earlier !== undefined && !sameRow(earlier, row))
        throw lie(wheel, `lists ${name} twice with different hashes`);
      listed.set(row.path, row);
    } else if (!directories.has(row.path.replace(/\/$/, "")) && !row.path.endsWith(".pyc")) {
      throw lie(wheel, `lists ${name}, which the wheel does not hold`);
    }
  }
  return listed;
}

function checkRow(wheel: WheelContents, entry: ZipEntry, row: RecordRow): void {
  if (row.size !== undefined && row.size !== entry.size) {
    throw lie(wheel, `gives ${JSON.stringify(entry.name)} ${row.size} bytes, the wheel holds ${entry.size}`);
  }
  if (row.hash !== undefined && !STRONGER.includes(row.hash.algorithm)) {
    throw lie(wheel, `pins ${JSON.stringify(entry.name)} by ${row.hash.algorithm}, which is too weak`);
  }
}

function directoriesOf(entries: readonly ZipEntry[]): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const { name } of entries) {
    let end = name.lastIndexOf("/");
    while (end > 0 && !directories.has(name.slice(0, end))) {
      directories.add(name.slice(0, end));
      end = name.lastIndexOf("/", end - 1);
    }
  }
  return directories;
}

function sameRow(a: RecordRow, b: RecordRow): boolean {
  return a.sha256 === b.sha256 && a.size === b.size && a.hash?.hex === b.hash?.hex;
}

function lie(wheel: WheelContents, problem: string): Error {
  return wheelInvalid(
    wheel.filename,
    `RECORD ${problem}`,
    "the wheel is damaged or was built wrongly: ask for another build",
  );
}
