import { isOciasmError } from "../errors.ts";
import { openRangeSource } from "../net/range-source.ts";
import { statusOf } from "../net/retry.ts";
import type { Metadata } from "../python/metadata.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import { rememberSize } from "./file-size.ts";
import { fileRequest, type MetadataDeps } from "./metadata-deps.ts";
import { zipMetadata } from "./metadata-zip.ts";

/** Holds directory and METADATA of two wheels in three; a round trip more for the others costs less than more bytes for all. */
const USUAL_TAIL = 12 * 1024;
/** Where the size is known, larger wheels get a larger first look. */
const MAX_TAIL = 64 * 1024;
/** A server that sends all of so small a file has done no harm. */
const WHOLE_UP_TO = 1024 * 1024;
/** So many files that can't be had in pieces speak for all of a server's: a single one may be empty or odd. */
const RANGELESS = 3;
/** Up to here a wheel that makes no sense in pieces is looked at as a whole. */
const SECOND_LOOK = 32 * 1024 * 1024;

/**
 * The METADATA of a remote wheel by HTTP ranges: mostly one request, two for a long directory or where METADATA lies at
 * the front. Undefined when ranges don't work here, or when the pieces of a small wheel make no sense: servers
 * and proxies that shift or mix ranges are in use.
 */
export async function rangeMetadata(file: DistributionFile, deps: MetadataDeps): Promise<Metadata | undefined> {
  const { origin } = new URL(file.url);
  const read = (): Promise<Metadata | undefined> => readByRanges(file, origin, deps);
  return read().catch((error: unknown) => {
    // Behind one name several servers may tag the same file differently: another try may meet one alone.
    if (isOciasmError(error) && error.code === "INDEX_ERROR" && statusOf(error) === undefined) return read();
    throw error;
  });
}

async function readByRanges(file: DistributionFile, origin: string, deps: MetadataDeps): Promise<Metadata | undefined> {
  const failures = deps.rangeless.get(origin) ?? 0;
  if (failures >= RANGELESS) return undefined;
  const tailSize = tailSizeFor(file.size);
  const request = await fileRequest(file.url, deps);
  const source = await openRangeSource(deps.http, { ...request, tailSize, wholeUpTo: WHOLE_UP_TO });
  deps.rangeless.set(origin, source === undefined ? failures + 1 : Number.NEGATIVE_INFINITY);
  if (source === undefined || (file.size !== undefined && source.size !== file.size)) return undefined;
  try {
    const remembered = rememberSize(file, source.size, deps);
    const metadata = await zipMetadata(source, file.filename, Math.min(source.size, tailSize));
    await remembered;
    return metadata;
  } catch (error) {
    const isNonsense = isOciasmError(error) && (error.code === "WHEEL_INVALID" || error.code === "INDEX_ERROR");
    if (isNonsense && source.size <= SECOND_LOOK) return undefined;
    throw error;
  }
}

function tailSizeFor(size: number | undefined): number {
  if (size === undefined) return USUAL_TAIL;
  return Math.min(MAX_TAIL, Math.max(USUAL_TAIL, Math.ceil(size / 512)));
}
