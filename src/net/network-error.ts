import { OciasmError } from "../errors.ts";
import { redactText, redactUrl } from "./redact.ts";

/** Error codes of Node, undici and this folder after which the same request may well succeed. */
const PASSING = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "EPIPE",
  "ETIMEDOUT",
  "STALLED",
  "TRUNCATED",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_SOCKET",
]);

/** The connection stood and then broke. */
const CUT = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "STALLED", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"]);

/** Gives a failure of the connection its code, the URL without secrets, and a hint where one is likely to help. */
export function networkError(error: unknown, url: string, signal: AbortSignal | undefined): OciasmError {
  if (signal?.aborted === true) return new OciasmError("INTERRUPTED", "interrupted", { cause: error });
  if (error instanceof OciasmError) return error;
  const code = isProxyLogin(error) ? PROXY_LOGIN : deepestCode(error);
  return new OciasmError("NETWORK", `${redactUrl(url)}: ${describe(error, code)}`, {
    hint: hintFor(code),
    cause: error,
  });
}

/** True when trying again is worth while: a cut or refused connection, a stall, an overloaded server. */
export function isPassing(error: unknown): boolean {
  const code = deepestCode(error);
  return code !== undefined && (PASSING.has(code) || code.startsWith("HPE_"));
}

/** Every `code` along the causes; the one of the system says more than the wrapper's. */
function deepestCode(error: unknown): string | undefined {
  let found: string | undefined;
  let at = error;
  for (let depth = 0; depth < 8 && typeof at === "object" && at !== null; depth++) {
    if ("code" in at && typeof at.code === "string" && !(at instanceof OciasmError)) found = at.code;
    // undici's parser tells its codes in some versions only.
    else if (at instanceof Error && at.name === "HTTPParserError") found = "HPE_UNKNOWN";
    at = at instanceof AggregateError ? at.errors[0] : "cause" in at ? at.cause : undefined;
  }
  return found;
}

const PROXY_LOGIN = "UND_ERR_PRX_LOGIN";

/** undici tells a proxy's 407 in words only. */
function isProxyLogin(error: unknown): boolean {
  return error instanceof Error && (/\(407\)/.test(error.message) || isProxyLogin(error.cause));
}

function describe(error: unknown, code: string | undefined): string {
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: "no such host",
    EAI_AGAIN: "the name server does not answer",
    ECONNREFUSED: "connection refused",
    [PROXY_LOGIN]: "the proxy wants a login (407)",
    ECONNRESET: "connection closed by the server",
    UND_ERR_SOCKET: "connection closed by the server",
    UND_ERR_CONNECT_TIMEOUT: "no connection in time",
    CERT_HAS_EXPIRED: "its certificate has expired",
    CERT_NOT_YET_VALID: "its certificate is not valid yet",
    DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by nobody known here",
    SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by nobody known here",
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is signed by nobody known here",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is signed by nobody known here",
    ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
  };
  const known = code === undefined ? undefined : words[code];
  if (known !== undefined) return known;
  return redactText(error instanceof Error && error.message !== "" ? error.message : String(code ?? error));
}

function hintFor(code: string | undefined): string | undefined {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "check the host's name, the network and the proxy settings";
  if (code !== undefined && CUT.has(code)) return "run the command again: files that came whole are kept";
  if (code === "ECONNREFUSED") return "check that the server runs and that host and port are right";
  if (code !== undefined && /CERT|SIGNATURE/.test(code))
    return "point SSL_CERT_FILE at the certificate authority of this host";
  if (code === "UND_ERR_ABORTED" || code?.startsWith("UND_ERR_PRX_"))
    return "check HTTP_PROXY, HTTPS_PROXY and the credentials in them";
  return undefined;
}
