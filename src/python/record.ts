import { base64UrlToHex, hexToBase64Url } from "./base64url.ts";
import { formatCsvRow, parseCsv } from "./csv.ts";
import { type Parsed, type ParseProblem, parsed, problem } from "./parsed.ts";

/** One line of RECORD (PEP 376, PEP 427). */
export interface RecordRow {
  /** As written: relative to site-packages in a wheel, or leaving it (`../../../bin/x`), or absolute once installed. */
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256?: string;
  /** A digest of another algorithm. */
  readonly hash?: RecordHash;
  /** Bytes. */
  readonly size?: number;
}

export interface RecordHash {
  /** As hashlib names it, in lower case. */
  readonly algorithm: string;
  /** Lower-case. */
  readonly hex: string;
}

/** 64 Mi characters: about half a million files. */
const MAX_LENGTH = 1 << 26;

const SHA256_HEX_LENGTH = 64;

/**
 * Reads RECORD. Digests come as URL-safe base64 without padding, or, as some builders write them, as hex. A digest or size that
 * cannot be read is a problem; columns beyond the third are passed over, as pip does.
 */
export function parseRecord(text: string): Parsed<readonly RecordRow[]> {
  if (text.length > MAX_LENGTH) return problem("too large for a RECORD");
  const rows = parseCsv(text.startsWith("\ufeff") ? text.slice(1) : text);
  if (!rows.ok) return rows;
  const record: RecordRow[] = [];
  for (const { fields, offset } of rows.value) {
    const row = readRow(fields, offset);
    if (!row.ok) return row;
    record.push(row.value);
  }
  return parsed(record);
}

function readRow(fields: readonly string[], offset: number): Parsed<RecordRow> {
  const [path = "", digest = "", size = ""] = fields;
  if (path === "") return problem("a row without a path", offset);
  if (size !== "" && !/^[0-9]{1,15}$/.test(size)) return badField(path, "size", size, offset);
  const hash = digest === "" ? undefined : readDigest(digest);
  if (digest !== "" && hash === undefined) return badField(path, "digest", digest, offset);
  return parsed({
    path,
    ...(hash === undefined ? {} : hash.algorithm === "sha256" ? { sha256: hash.hex } : { hash }),
    ...(size === "" ? {} : { size: Number(size) }),
  });
}

function badField(path: string, field: string, value: string, offset: number): ParseProblem {
  return problem(`${path} has no readable ${field}: ${JSON.stringify(value.slice(0, 100))}`, offset, path.length);
}

function readDigest(digest: string): RecordHash | undefined {
  const [, name = "", value = ""] = /^([A-Za-z0-9_-]{1,32})=([A-Za-z0-9_-]{1,256}={0,2})$/.exec(digest) ?? [];
  const algorithm = name.toLowerCase();
  if (algorithm === "sha256" && /^[0-9a-fA-F]{64}$/.test(value)) return { algorithm, hex: value.toLowerCase() };
  const hex = value === "" ? undefined : base64UrlToHex(value);
  if (hex === undefined || (algorithm === "sha256" && hex.length !== SHA256_HEX_LENGTH)) return undefined;
  return { algorithm, hex };
}

/** RECORD's text in the given order, LF after each row, digests as URL-safe base64 without padding. */
export function formatRecord(rows: readonly RecordRow[]): string {
  return rows.map((row) => `${formatCsvRow([row.path, formatDigest(row), row.size?.toString() ?? ""])}\n`).join("");
}

function formatDigest({ sha256, hash }: RecordRow): string {
  if (sha256 !== undefined) return `sha256=${hexToBase64Url(sha256)}`;
  return hash === undefined ? "" : `${hash.algorithm}=${hexToBase64Url(hash.hex)}`;
}
