export interface ContentRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  readonly total: number | undefined;
}

/** RFC 9110, section 14.4: `bytes 0-99/1234`; undefined for anything else. */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const parts = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(value?.trim() ?? "");
  if (parts === null) return undefined;
  const range = {
    first: Number(parts[1]),
    last: Number(parts[2]),
    total: parts[3] === "*" ? undefined : Number(parts[3]),
  };
  return range.first > range.last || (range.total !== undefined && range.last >= range.total) ? undefined : range;
}

/** The validator that If-Range takes: a strong ETag (RFC 9110, section 13.1.5). */
export function strongEtag(headers: Readonly<Record<string, string>>): string | undefined {
  const etag = headers["etag"];
  return etag !== undefined && /^"[^"]*"$/.test(etag) ? etag : undefined;
}
