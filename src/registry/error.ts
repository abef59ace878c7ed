import { OciasmError } from "../errors.ts";
import type { HttpResponse } from "../net/http-client.ts";
import { escapeControl, excerpt, redactText } from "../net/redact.ts";
import { LONGEST_RETRY_AFTER_SECONDS, retryAfter, statusError } from "../net/retry.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { hintFor } from "./hints.ts";

const MAX_BODY = 64 * 1024;
// A manifest may lack all of its layers.
const MAX_ERRORS = 200;

/** Codes of distribution-spec, "Error Codes", that mean that somebody else would be let in. */
const DENIED: readonly string[] = ["UNAUTHORIZED", "DENIED"];

/** What a registry said was wrong: its own codes in upper case, as far as it gave any. */
export interface RegistryFailure {
  readonly codes: readonly string[];
  /** Digests that its details name. */
  readonly digests: readonly Digest[];
  readonly text: string;
}

/**
 * Reads an answer of the wrong status and makes the error for it: REGISTRY_AUTH for 401, 403 and the codes that mean
 * the same, else REGISTRY_ERROR. `what` says what was tried, e.g. "push of layer sha256:…".
 */
export async function registryError(response: HttpResponse, what: string): Promise<OciasmError> {
  return failureError(response, await readFailure(response), what);
}

/** `registryError` for an answer whose body is read already. */
export function failureError(response: HttpResponse, failure: RegistryFailure, what: string): OciasmError {
  const denied =
    response.status === 401 || response.status === 403 || failure.codes.some((code) => DENIED.includes(code));
  const said = failure.text === "" ? "" : `: ${failure.text}`;
  const wait = retryAfter(response.headers);
  const told = wait === undefined || wait <= LONGEST_RETRY_AFTER_SECONDS ? "" : `, try again in ${wait} s`;
  const message = `${what}: ${new URL(response.url).host} answered ${response.status}${said}${told}`;
  const hint = hintFor(failure, denied, new URL(response.url).hostname);
  return statusError(denied ? "REGISTRY_AUTH" : "REGISTRY_ERROR", response, {
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The body of a failed answer, read to its limit and no further, fit for a message. */
export async function readFailure(response: HttpResponse): Promise<RegistryFailure> {
  let text: string;
  try {
    text = await response.text(MAX_BODY);
  } catch (error) {
    if (error instanceof OciasmError && error.code === "INTERRUPTED") throw error;
    return { codes: [], digests: [], text: "" };
  }
  const details = specErrors(text);
  if (details.length === 0) return { codes: [], digests: [], text: excerpt(text) };
  return {
    codes: details.map((detail) => detail.code.toUpperCase()),
    digests: details.map((detail) => detail.digest).filter((digest) => digest !== undefined),
    text: excerpt(
      details.map((detail) => [detail.code, detail.message].filter((part) => part !== "").join(": ")).join("; "),
    ),
  };
}

interface SpecError {
  readonly code: string;
  readonly message: string;
  readonly digest: Digest | undefined;
}

/** `{"errors": [{"code", "message", "detail"}]}` of distribution-spec; empty for any other body. */
function specErrors(text: string): readonly SpecError[] {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null || !("errors" in body) || !Array.isArray(body.errors)) return [];
    return body.errors.slice(0, MAX_ERRORS).flatMap((item: unknown) => {
      if (typeof item !== "object" || item === null) return [];
      return [{ code: member(item, "code"), message: member(item, "message"), digest: digestIn(item) }];
    });
  } catch {
    return [];
  }
}

// Everybody has another shape for the detail.
function digestIn(item: object): Digest | undefined {
  const text = "detail" in item ? JSON.stringify(item.detail) : member(item, "message");
  const found = /sha256:[0-9a-f]{64}/.exec(text ?? "")?.[0];
  return found !== undefined && isDigest(found) ? found : undefined;
}

function member(item: object, key: string): string {
  const value = new Map<string, unknown>(Object.entries(item)).get(key);
  return typeof value === "string" ? escapeControl(redactText(value)) : "";
}
