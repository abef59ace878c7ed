import type { ByteSource } from "../archive/bytes.ts";
import { type ErrorCode, OciasmError } from "../errors.ts";
import { parseContentRange, strongEtag } from "./content-range.ts";
import { fileStatusError } from "./download.ts";
import type { HttpClient, HttpResponse } from "./http-client.ts";
import { redactUrl } from "./redact.ts";
import { type RetryOptions, retrying } from "./retry.ts";

export interface RangeRequest extends RetryOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly stallSeconds?: number;
  readonly insecure?: boolean;
  /** Code for answers that are not the range. */
  readonly code: ErrorCode;
}

/** A zip's directory of some hundred files fits, so most archives are listed by one request. */
const TAIL = 32 * 1024;
/** Neighbouring reads are small: a few more bytes spare a round trip. */
const AHEAD = 16 * 1024;
const MAX_PARTS = 8;
const MAX_READ = 64 * 1024 * 1024;

/** Random access to a file behind HTTP ranges; undefined when its server ignores them. */
export async function openRangeSource(http: HttpClient, request: RangeRequest): Promise<ByteSource | undefined> {
  const tail = (await fetchPart(http, request, `-${TAIL}`)) ?? (await fetchPart(http, request, "0-0"));
  if (tail === undefined) return undefined;
  const parts: Part[] = [tail];
  const { size } = tail;
  const load = async (offset: number, length: number): Promise<Part> => {
    const last = Math.min(size, offset + Math.max(length, 1) + AHEAD) - 1;
    const part = await fetchPart(http, request, `${offset}-${last}`);
    if (part?.first !== offset || part.bytes.length < length || part.size !== size || part.etag !== tail.etag) {
      throw new OciasmError(request.code, `${redactUrl(request.url)} changed while it was read`);
    }
    parts.push(part);
    // The tail stays: a zip's directory is asked for again and again.
    if (parts.length > MAX_PARTS) parts.splice(1, 1);
    return part;
  };
  return {
    size,
    read: async (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > size || length > MAX_READ) {
        throw new RangeError(`read of ${length} bytes at ${offset} passes the end at ${size}`);
      }
      if (length === 0) return new Uint8Array(0);
      const covers = (part: Part): boolean => part.first <= offset && offset + length <= part.first + part.bytes.length;
      const part = parts.find(covers) ?? (await load(offset, length));
      return part.bytes.subarray(offset - part.first, offset - part.first + length);
    },
  };
}

interface Part {
  readonly first: number;
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly size: number;
  readonly etag: string | undefined;
}

/** Undefined when the server doesn't answer this range with a part. */
function fetchPart(http: HttpClient, request: RangeRequest, range: string): Promise<Part | undefined> {
  return retrying(async () => {
    const { url, headers, signal, stallSeconds, insecure } = request;
    const response = await http.request({
      method: "GET",
      url,
      headers: { ...headers, range: `bytes=${range}` },
      ...(signal === undefined ? {} : { signal }),
      ...(stallSeconds === undefined ? {} : { stallSeconds }),
      ...(insecure === undefined ? {} : { insecure }),
    });
    if (response.status === 206) return partOf(response);
    await response.discard();
    // What servers say that know no ranges, or no suffix ranges.
    if ([200, 400, 405, 416, 501].includes(response.status)) return undefined;
    throw fileStatusError(response, request.code);
  }, request);
}

async function partOf(response: HttpResponse): Promise<Part | undefined> {
  const range = parseContentRange(response.headers["content-range"]);
  if (range?.total === undefined || range.last - range.first >= MAX_READ + AHEAD) {
    await response.discard();
    return undefined;
  }
  const length = range.last - range.first + 1;
  const bytes = await response.bytes(length);
  return bytes.length === length
    ? { first: range.first, bytes, size: range.total, etag: strongEtag(response.headers) }
    : undefined;
}
