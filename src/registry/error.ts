import { OciasmError } from "../errors.ts";
import type { HttpResponse } from "../net/http-client.ts";
import { escapeControl, excerpt, redactText } from "../net/redact.ts";
import { statusError } from "../net/retry.ts";

const MAX_BODY = 64 * 1024;

/** Codes of distribution-spec, "Error Codes", that mean that somebody else would be let in. */
const DENIED: readonly string[] = ["UNAUTHORIZED", "DENIED"];

/** What a registry said was wrong: its own codes in upper case, as far as it gave any. */
export interface RegistryFailure {
  readonly codes: readonly string[];
  readonly text: string;
}

/**
 * Reads an answer of the wrong status and makes the error for it: REGISTRY_AUTH for 401, 403 and the codes that mean
 * the same, else REGISTRY_ERROR. `what` says what was tried, e.g. "push of layer sha256:…".
 */
export async function registryError(response: HttpResponse, what: string): Promise<OciasmError> {
  const failure = await readFailure(response);
  const denied =
    response.status === 401 || response.status === 403 || failure.codes.some((code) => DENIED.includes(code));
  const said = failure.text === "" ? "" : `: ${failure.text}`;
  const message = `${what}: ${new URL(response.url).host} answered ${response.status}${said}`;
  const hint = hintFor(failure, denied);
  return statusError(denied ? "REGISTRY_AUTH" : "REGISTRY_ERROR", response, {
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The body of a failed answer, read to its limit and no further, fit for a message. */
async function readFailure(response: HttpResponse): Promise<RegistryFailure> {
  let text: string;
  try {
    text = await response.text(MAX_BODY);
  } catch (error) {
    if (error instanceof OciasmError && error.code === "INTERRUPTED") throw error;
    return { codes: [], text: "" };
  }
  const details = specErrors(text);
  if (details.length === 0) return { codes: [], text: excerpt(text) };
  return {
    codes: details.map((detail) => detail.code.toUpperCase()),
    text: excerpt(
      details.map((detail) => [detail.code, detail.message].filter((part) => part !== "").join(": ")).join("; "),
    ),
  };
}

/** `{"errors": [{"code", "message", "detail"}]}` of distribution-spec; empty for any other body. */
function specErrors(text: string): readonly { readonly code: string; readonly message: string }[] {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null || !("errors" in body) || !Array.isArray(body.errors)) return [];
    return body.errors.slice(0, 10).flatMap((item: unknown) => {
      if (typeof item !== "object" || item === null) return [];
      return [{ code: member(item, "code"), message: member(item, "message") }];
    });
  } catch {
    return [];
  }
}

function member(item: object, key: string): string {
  const value = new Map<string, unknown>(Object.entries(item)).get(key);
  return typeof value === "string" ? escapeControl(redactText(value)) : "";
}

function hintFor(failure: RegistryFailure, denied: boolean): string | undefined {
  if (failure.text.includes("write_package")) {
    return "give this repository's workflow write access in the package's settings, under Manage Actions access";
  }
  if (denied)
    return "log in with `docker login` or `podman login`, or set OCIASM_AUTH_<HOST>, with an account that may do this";
  if (failure.codes.includes("NAME_UNKNOWN")) return "create the repository in the registry first";
  return undefined;
}
