import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { type ErrorCode, OciasmError, toOciasmError } from "../errors.ts";
import { writeAll } from "../store/write-all.ts";
import { parseContentRange, strongEtag } from "./content-range.ts";
import type { HttpClient, HttpResponse } from "./http-client.ts";
import { redactUrl } from "./redact.ts";
import { type RetryOptions, retrying, statusError } from "./retry.ts";

export interface DownloadRequest extends RetryOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Hex. */
  readonly sha256?: string;
  /** Bytes. */
  readonly size?: number;
  /** Bytes; a larger file is refused with `code` as soon as that is seen. */
  readonly maxSize?: number;
  /** Where the bytes go; removed again when the download fails. */
  readonly file: string;
  readonly stallSeconds?: number;
  readonly insecure?: boolean;
  /** Code for answers that are not the file: INDEX_ERROR, MIRROR_ERROR, … */
  readonly code: ErrorCode;
  /** Bytes in the file so far; may fall back to 0 when a server can't resume. */
  readonly progress?: (bytes: number, total: number | undefined) => void;
}

export interface Downloaded {
  /** Hex. */
  readonly sha256: string;
  readonly size: number;
}

/**
 * Streams a URL into a file and checks size and hash on the way. A connection that is cut is resumed where it stopped,
 * if the server can; HASH_MISMATCH names the URL, what was expected and what came.
 */
export async function download(http: HttpClient, request: DownloadRequest): Promise<Downloaded> {
  const handle = await open(request.file, "w");
  const transfer: Transfer = { handle, hash: createHash("sha256"), received: 0, etag: undefined, total: request.size };
  try {
    let milestone = 0;
    const renewed = (): boolean => {
      const moved = transfer.received - milestone >= RENEWAL;
      if (moved) milestone = transfer.received;
      return moved;
    };
    await retrying(() => fetchRest(http, request, transfer), { ...request, renewed });
    const got = { sha256: transfer.hash.digest("hex"), size: transfer.received };
    if (request.sha256 !== undefined && got.sha256 !== request.sha256)
      throw mismatch(request, request.sha256, got.sha256);
    await handle.close();
    return got;
  } catch (error) {
    await handle.close();
    await rm(request.file, { force: true });
    throw toOciasmError(error);
  }
}

/** After so many new bytes a cut connection counts as the first one again. */
const RENEWAL = 1024 * 1024;

interface Transfer {
  readonly handle: FileHandle;
  hash: Hash;
  received: number;
  etag: string | undefined;
  /** Bytes of the whole file, once known. */
  total: number | undefined;
}

async function fetchRest(http: HttpClient, request: DownloadRequest, transfer: Transfer): Promise<void> {
  if (!canResume(request, transfer)) await restart(transfer, request);
  if (transfer.received > 0 && transfer.received === transfer.total) return;
  const { signal, stallSeconds, insecure } = request;
  const response = await http.request({
    method: "GET",
    url: request.url,
    headers: { ...request.headers, ...rangeHeaders(transfer) },
    ...(signal === undefined ? {} : { signal }),
    ...(stallSeconds === undefined ? {} : { stallSeconds }),
    ...(insecure === undefined ? {} : { insecure }),
  });
  try {
    await accept(response, request, transfer);
    await receive(response, request, transfer);
  } catch (error) {
    await response.discard();
    throw error;
  }
}

/** Without a hash to check in the end, only the server can tell that the rest belongs to the same file. */
function canResume(request: DownloadRequest, transfer: Transfer): boolean {
  return request.sha256 !== undefined || transfer.etag !== undefined;
}

function rangeHeaders(transfer: Transfer): Readonly<Record<string, string>> {
  if (transfer.received === 0) return {};
  const range = { range: `bytes=${transfer.received}-` };
  return transfer.etag === undefined ? range : { ...range, "if-range": transfer.etag };
}

async function restart(transfer: Transfer, request: DownloadRequest): Promise<void> {
  await transfer.handle.truncate(0);
  transfer.hash = createHash("sha256");
  transfer.received = 0;
  transfer.etag = undefined;
  transfer.total = request.size;
}

async function accept(response: HttpResponse, request: DownloadRequest, transfer: Transfer): Promise<void> {
  const range = parseContentRange(response.headers["content-range"]);
  const resumes = response.status === 206 && transfer.received > 0 && range?.first === transfer.received;
  if (response.status === 416 || (response.status === 206 && !resumes)) {
    await restart(transfer, request);
    throw passing(`${redactUrl(request.url)} can't be resumed`, "TRUNCATED");
  }
  if (response.status !== 200 && response.status !== 206) throw fileStatusError(response, request.code);
  // A plain 200 to a range: the server sends all of it again.
  if (response.status === 200) await restart(transfer, request);
  transfer.etag = strongEtag(response.headers);
  const announced = resumes ? range?.total : contentLength(response);
  if (announced === undefined) return;
  checkLimit(announced, request);
  if (request.size !== undefined && announced !== request.size && !isWebPage(response)) {
    throw mismatch(request, `${request.size} bytes`, `${announced} bytes`);
  }
  transfer.total ??= announced;
}

async function receive(response: HttpResponse, request: DownloadRequest, transfer: Transfer): Promise<void> {
  for await (const chunk of response.body) {
    if (transfer.received === 0 && isWebPage(response) && startsLikeMarkup(chunk)) throw webPage(request);
    await append(chunk, request, transfer);
  }
  if (transfer.total !== undefined && transfer.received < transfer.total) {
    throw passing(`${redactUrl(request.url)}: ${transfer.received} of ${transfer.total} bytes came`, "TRUNCATED");
  }
}

async function append(chunk: Uint8Array, request: DownloadRequest, transfer: Transfer): Promise<void> {
  const end = transfer.received + chunk.length;
  if (transfer.total !== undefined && end > transfer.total) {
    throw mismatch(request, `${transfer.total} bytes`, "more");
  }
  checkLimit(end, request);
  const written = writeAll(transfer.handle, chunk, transfer.received);
  // Hashed while the disk works.
  transfer.hash.update(chunk);
  await written;
  transfer.received = end;
  request.progress?.(end, transfer.total);
}

function checkLimit(size: number, { url, maxSize, code }: DownloadRequest): void {
  if (maxSize === undefined || size <= maxSize) return;
  throw new OciasmError(code, `${redactUrl(url)} is larger than ${maxSize} bytes`);
}

/** Names what a status means for somebody who wants a file. */
export function fileStatusError(response: HttpResponse, code: ErrorCode): OciasmError {
  const where = redactUrl(response.url);
  const { host } = new URL(response.url);
  if (response.status === 404 || response.status === 410) {
    return statusError(code, response, { message: `${where} is not there (${response.status})` });
  }
  if (response.status === 401 || response.status === 407) {
    return statusError(code, response, {
      message: `${where} wants credentials (${response.status})`,
      hint: `add a login for ${host} to ~/.netrc`,
    });
  }
  if (response.status === 403) {
    return statusError(code, response, {
      message: `${where} is forbidden (403)`,
      hint: `check that the login for ${host} may read it`,
    });
  }
  return statusError(code, response);
}

function mismatch(request: DownloadRequest, expected: string, got: string): OciasmError {
  return new OciasmError("HASH_MISMATCH", `${redactUrl(request.url)}: expected ${expected}, got ${got}`, {
    hint: "the file was replaced or damaged on its way: check the lock and the server before you trust either",
  });
}

function webPage(request: DownloadRequest): OciasmError {
  return new OciasmError(request.code, `${redactUrl(request.url)} answered with a web page instead of the file`, {
    hint: "open the URL in a browser: a login page or a proxy may stand in between",
  });
}

function passing(message: string, code: string): OciasmError {
  return new OciasmError("NETWORK", message, {
    hint: "run the command again, or use another mirror",
    cause: Object.assign(new Error(message), { code }),
  });
}

function isWebPage(response: HttpResponse): boolean {
  return /^(text\/html|application\/xhtml)/i.test(response.headers["content-type"] ?? "");
}

function startsLikeMarkup(chunk: Uint8Array): boolean {
  return /^\s*</.test(Buffer.from(chunk.subarray(0, 200)).toString("latin1"));
}

function contentLength(response: HttpResponse): number | undefined {
  const value = response.headers["content-length"] ?? "";
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
