import { OciasmError } from "../errors.ts";

/** The last second that RFC 3339's four digits can name. */
const LAST_SECOND = 253_402_300_799;

/** What an image claims when nothing that went into it has a date. */
const NO_DATE = "1980-01-01T00:00:00Z";

/** RFC 3339 with an upper-case T and a zone. */
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * The image's `created`: SOURCE_DATE_EPOCH, else the newest date among the inputs (upload times, Debian snapshot,
 * the base's own), else 1980-01-01. Whole seconds, UTC; never the clock. Throws USAGE for a bad epoch; dates that can't be read
 * count as absent.
 */
export function resolveCreated(sourceDateEpoch: string | undefined, dates: readonly (string | undefined)[]): string {
  if (sourceDateEpoch !== undefined) return rfc3339(parseSourceDateEpoch(sourceDateEpoch));
  const seconds = dates.flatMap((date) => {
    const time = date !== undefined && DATE.test(date) ? Date.parse(date) : Number.NaN;
    return Number.isNaN(time) ? [] : [Math.floor(time / 1000)];
  });
  return seconds.length === 0 ? NO_DATE : rfc3339(Math.max(...seconds));
}

/** Seconds since 1970 (reproducible-builds.org/specs/source-date-epoch). Throws USAGE. */
function parseSourceDateEpoch(text: string): number {
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= LAST_SECOND) return seconds;
  throw new OciasmError("USAGE", `SOURCE_DATE_EPOCH is not a number of seconds: ${JSON.stringify(text.slice(0, 40))}`);
}

function rfc3339(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
}
