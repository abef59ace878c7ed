import { OciasmError } from "../errors.ts";
import { parseSingleStanza } from "./control.ts";

/** What an archive's Release file says of one suite. Times in seconds since 1970. */
export interface Release {
  readonly suite: string | undefined;
  readonly codename: string | undefined;
  readonly date: number | undefined;
  readonly validUntil: number | undefined;
  readonly acquireByHash: boolean;
  /** URL of a snapshot of the archive with `@SNAPSHOTID@` in it. */
  readonly snapshots: string | undefined;
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  /** By path relative to the suite's folder. */
  readonly files: ReadonlyMap<string, ReleaseFile>;
}

export interface ReleaseFile {
  readonly sha256: string;
  readonly size: number;
}

/**
 * Reads the text that a signature was found good for (never the file around it). Throws ARCHIVE_INVALID.
 * Format: wiki of Debian, DebianRepository/Format.
 */
export function parseRelease(text: string): Release {
  const fields = parseSingleStanza(text);
  return {
    suite: fields.get("suite"),
    codename: fields.get("codename"),
    date: time(fields.get("date")),
    validUntil: time(fields.get("valid-until")),
    acquireByHash: fields.get("acquire-by-hash") === "yes",
    snapshots: fields.get("snapshots"),
    components: words(fields.get("components")),
    architectures: words(fields.get("architectures")),
    files: fileList(fields.get("sha256")),
  };
}

function fileList(text: string | undefined): ReadonlyMap<string, ReleaseFile> {
  if (text === undefined) throw new OciasmError("ARCHIVE_INVALID", "release file has no SHA256 list");
  const files = new Map<string, ReleaseFile>();
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const match = /^\s*([0-9a-f]{64})\s+(\d{1,15})\s+(\S+)$/.exec(line);
    const [, sha256, size, path] = match ?? [];
    if (sha256 === undefined || size === undefined || path === undefined) {
      throw new OciasmError("ARCHIVE_INVALID", `not a line of a SHA256 list: ${JSON.stringify(line.slice(0, 120))}`);
    }
    files.set(path, { sha256, size: Number(size) });
  }
  return files;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DATE = /^[A-Z][a-z]{2}, +(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) +(\d{1,2}):(\d{2}):(\d{2}) (?:UTC|GMT|\+0000|Z)$/;

/** RFC 2822 in UTC; a date that can't be read must not pass for "never expires". */
function time(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = DATE.exec(text);
  const month = MONTHS.indexOf(match?.[2] ?? "");
  if (match === null || month < 0) {
    throw new OciasmError("ARCHIVE_INVALID", `not a date in UTC: ${JSON.stringify(text.slice(0, 80))}`);
  }
  const [day, , year, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year ?? 0, month, day, hour, minute, second) / 1000;
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}
