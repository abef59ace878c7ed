import { setTimeout as wait } from "node:timers/promises";
import { type ErrorCode, OciasmError } from "../errors.ts";
import type { HttpResponse } from "./http-client.ts";
import { isPassing } from "./network-error.ts";
import { redactUrl } from "./redact.ts";

export type Sleep = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

export interface RetryOptions {
  /** Tries in all. Default 5. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  readonly sleep?: Sleep;
  /** 0 to 1, spreads the waits of several clients. Default: none, so that runs repeat. */
  readonly random?: () => number;
  /** Asked after a failure: true when so much was done meanwhile that the count starts again. */
  readonly renewed?: () => boolean;
}

/** What a status error carries as its cause. */
interface StatusFailure {
  readonly status: number;
  readonly passing: boolean;
  readonly retryAfterSeconds: number | undefined;
}

/** Overload and gateway trouble; 499, 520 to 524 and 530 are what CDNs say for a dead origin. */
const PASSING_STATUSES = new Set([408, 425, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530]);
const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;
/** A server that asks for a longer pause than this is taken at its word: the run fails and names the time. */
export const LONGEST_RETRY_AFTER_SECONDS = 120;

/** Repeats `operation` after failures that may pass: connection trouble and statuses made by `statusError`. */
export async function retrying<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 5, signal, sleep = sleepFor, random, renewed } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation(attempt);
    } catch (error) {
      if (renewed?.() === true) attempt = 1;
      const pause = attempt < attempts && signal?.aborted !== true ? pauseAfter(error, attempt, random) : undefined;
      if (pause === undefined) throw error;
      await sleep(pause, signal);
    }
  }
}

function isPassingStatus(status: number): boolean {
  return PASSING_STATUSES.has(status);
}

/** True for every error that `retrying` would try again. */
export function isTransient(error: unknown): boolean {
  return pauseAfter(error, 1, undefined) !== undefined;
}

/** The error for an answer whose status is not the wanted one; `retrying` reads from it whether and when to try again. */
export function statusError(
  code: ErrorCode,
  response: Pick<HttpResponse, "status" | "headers" | "url">,
  details: { readonly message?: string; readonly hint?: string } = {},
): OciasmError {
  const retryAfterSeconds = retryAfter(response.headers);
  const cause: StatusFailure = {
    status: response.status,
    passing: isPassingStatus(response.status),
    retryAfterSeconds,
  };
  const told = retryAfterSeconds === undefined ? "" : `, try again in ${retryAfterSeconds} s`;
  const message = details.message ?? `${redactUrl(response.url)} answered ${response.status}${told}`;
  return new OciasmError(code, message, { hint: details.hint, cause });
}

/** The same error of `statusError`, as one that may pass whatever its status: what was asked for can be asked for anew. */
export function passingError(error: OciasmError): OciasmError {
  const { code, message, hint } = error;
  return new OciasmError(code, message, { hint, cause: { ...failureOf(error), passing: true } });
}

/** Status that an error of `statusError` was made from. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof OciasmError ? failureOf(error)?.status : undefined;
}

function failureOf(error: OciasmError): StatusFailure | undefined {
  const { cause } = error;
  return typeof cause === "object" && cause !== null && "passing" in cause ? (cause as StatusFailure) : undefined;
}

function pauseAfter(error: unknown, attempt: number, random: (() => number) | undefined): number | undefined {
  if (!(error instanceof OciasmError) || error.code === "INTERRUPTED") return undefined;
  const failure = failureOf(error);
  if (failure === undefined ? !isPassing(error.cause) : !failure.passing) return undefined;
  const asked = failure?.retryAfterSeconds;
  if (asked !== undefined) return asked > LONGEST_RETRY_AFTER_SECONDS ? undefined : asked * 1000;
  const pause = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
  return random === undefined ? pause : Math.round(pause * (0.5 + random() / 2));
}

/** Seconds that a server asks to wait (RFC 9110, section 10.2.3): a number, or a date, which is read against the server's own clock. */
export function retryAfter(headers: Readonly<Record<string, string>>): number | undefined {
  const value = headers["retry-after"]?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const seconds = Math.ceil((Date.parse(value) - Date.parse(headers["date"] ?? "")) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

export async function sleepFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new OciasmError("INTERRUPTED", "interrupted", { cause: error });
  }
}
