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
  /** Bytes of the end that the first request asks for. */
  readonly tailSize?: number;
  /** Up to so many bytes an answer with the whole file is read rather than refused. Default 0. */
  readonly wholeUpTo?: number;
}

/** A zip's directory of some hundred files fits, so most archives are listed by one request. */
const TAIL = 32 * 1024;
/** What a zip has right before its directory (RECORD, METADATA) is asked for next: of 218 wheels' half to 0.75 as long. */
const BEFORE = 0.75;
const MIN_BEFORE = 4 * 1024;
/** Beyond that another request costs less than bytes that nobody wants. */
const MAX_BEFORE = 64 * 1024;
const MAX_PARTS = 8;
const MAX_READ = 64 * 1024 * 1024;

/** Random access to a file behind HTTP ranges; undefined when its server ignores them or answers with others. */
export async function openRangeSource(http: HttpClient, request: RangeRequest): Promise<ByteSource | undefined> {
  const tail = await fetchTail(http, request);
  if (tail === undefined) return undefined;
  let end = tail;
  const others: Part[] = [];
  const { size } = tail;
  const fetchFrom = async (first: number, last: number): Promise<Part> => {
    const part = await fetchPart(http, request, `${first}-${last}`, tail.etag);
    if (!isSame(part, tail) || part.first !== first || part.first + part.bytes.length - 1 < last) {
      throw new OciasmError(request.code, `${redactUrl(request.url)} changed while it was read`);
    }
    return part;
  };
  const load = async (offset: number, length: number): Promise<Part> => {
    if (offset < end.first && offset + length > end.first) {
      const before = end === tail ? MIN_BEFORE + Math.ceil(length * BEFORE) : 0;
      const part = await fetchFrom(Math.max(0, before > MAX_BEFORE ? offset : offset - before), end.first - 1);
      const missing = part.bytes.subarray(0, end.first - part.first);
      end = { ...end, first: part.first, bytes: Buffer.concat([missing, end.bytes]) };
      return end;
    }
    const part = await fetchFrom(offset, offset + length - 1);
    others.push(part);
    // The end stays: a zip's directory is asked for again and again.
    if (others.length > MAX_PARTS) others.shift();
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
      const part = [end, ...others].find(covers) ?? (await load(offset, length));
      return part.bytes.subarray(offset - part.first, offset - part.first + length);
    },
  };
}

/** The end of the file; its first byte from a server that doesn't know ranges from the end. */
async function fetchTail(http: HttpClient, request: RangeRequest): Promise<Part | undefined> {
  const length = request.tailSize ?? TAIL;
  const tail = await fetchPart(http, request, `-${length}`, undefined);
  const isEnd = tail !== undefined && tail.first + tail.bytes.length === tail.size;
  if (isEnd && tail.bytes.length >= Math.min(length, tail.size)) return tail;
  const head = await fetchPart(http, request, "0-0", undefined);
  return head?.first === 0 ? head : undefined;
}

function isSame(part: Part | undefined, tail: Part): part is Part {
  return part?.size === tail.size && part.etag === tail.etag && part.lastModified === tail.lastModified;
}

interface Part {
  readonly first: number;
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly size: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** Undefined when the server doesn't answer this range with a part. */
function fetchPart(
  http: HttpClient,
  request: RangeRequest,
  range: string,
  etag: string | undefined,
): Promise<Part | undefined> {
  return retrying(async () => {
    const { url, headers, signal, stallSeconds, insecure } = request;
    const response = await http.request({
      method: "GET",
      url,
      headers: {
        ...headers,
        range: `bytes=${range}`,
        "accept-encoding": "identity",
        ...(etag === undefined ? {} : { "if-range": etag }),
      },
      ...(signal === undefined ? {} : { signal }),
      ...(stallSeconds === undefined ? {} : { stallSeconds }),
      ...(insecure === undefined ? {} : { insecure }),
    });
    if (response.status === 206) return partOf(response);
    if (response.status === 200 && wholeLength(response) <= (request.wholeUpTo ?? 0)) return wholeOf(response);
    await response.discard();
    // What servers say that know no ranges, or no suffix ranges.
    if ([200, 400, 405, 416, 501].includes(response.status)) return undefined;
    throw fileStatusError(response, request.code);
  }, request);
}

async function partOf(response: HttpResponse): Promise<Part | undefined> {
  const range = parseContentRange(response.headers["content-range"]);
  if (range?.total === undefined || range.last - range.first >= MAX_READ + MAX_BEFORE || isEncoded(response)) {
    await response.discard();
    return undefined;
  }
  const length = range.last - range.first + 1;
  const announced = response.headers["content-length"];
  if (announced !== undefined && announced !== String(length)) {
    await response.discard();
    return undefined;
  }
  const bytes = await response.bytes(length);
  return bytes.length === length
    ? { first: range.first, bytes, size: range.total, ...validators(response) }
    : undefined;
}

async function wholeOf(response: HttpResponse): Promise<Part | undefined> {
  const length = wholeLength(response);
  const bytes = await response.bytes(length);
  return bytes.length === length ? { first: 0, bytes, size: length, ...validators(response) } : undefined;
}

function validators(response: HttpResponse): Pick<Part, "etag" | "lastModified"> {
  return { etag: strongEtag(response.headers), lastModified: response.headers["last-modified"] };
}

/** Infinity when the server doesn't tell. */
function wholeLength(response: HttpResponse): number {
  const length = response.headers["content-length"] ?? "";
  return !isEncoded(response) && /^\d{1,15}$/.test(length) ? Number(length) : Number.POSITIVE_INFINITY;
}

function isEncoded(response: HttpResponse): boolean {
  return (response.headers["content-encoding"] ?? "identity").toLowerCase() !== "identity";
}
