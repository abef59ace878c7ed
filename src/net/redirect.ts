import { OciasmError } from "../errors.ts";
import type { HttpRequest } from "./http-client.ts";
import { redactUrl } from "./redact.ts";

const SECRET_HEADERS = new Set(["authorization", "cookie", "proxy-authorization"]);

/** RFC 9110, section 15.4: the statuses that send a client elsewhere by Location. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * The request that a redirect asks for. Secrets stay with their origin, TLS is never given up, and only http(s)
 * is followed; otherwise NETWORK.
 */
export function redirected(request: HttpRequest, status: number, location: string): HttpRequest {
  const from = new URL(request.url);
  const to = target(from, location);
  const becomesGet = (status === 303 && request.method !== "HEAD") || (status <= 302 && request.method === "POST");
  const dropped = (name: string): boolean =>
    (to.origin !== from.origin && SECRET_HEADERS.has(name)) || (becomesGet && name.startsWith("content-"));
  const { body, bodySize, ...rest } = request;
  return {
    ...rest,
    ...(becomesGet || body === undefined ? {} : { body }),
    ...(becomesGet || bodySize === undefined ? {} : { bodySize }),
    method: becomesGet ? "GET" : request.method,
    url: to.href,
    headers: Object.fromEntries(Object.entries(request.headers ?? {}).filter(([name]) => !dropped(name.toLowerCase()))),
  };
}

function target(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const refuse = (why: string): OciasmError =>
    new OciasmError("NETWORK", `${redactUrl(from.href)} redirects to ${redactUrl(location)}: ${why}`);
  if (to === undefined || (to.protocol !== "http:" && to.protocol !== "https:")) throw refuse("not an http URL");
  if (from.protocol === "https:" && to.protocol === "http:") throw refuse("that would give up encryption");
  to.username = "";
  to.password = "";
  return to;
}
