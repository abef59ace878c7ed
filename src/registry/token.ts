import { OciasmError } from "../errors.ts";
import { basicAuthorization } from "../net/basic-auth.ts";
import type { HttpClient, HttpResponse } from "../net/http-client.ts";
import { type RetryOptions, retrying } from "../net/retry.ts";
import { type Credentials, type Secret, secret } from "./auth-file.ts";
import type { Challenge } from "./challenge.ts";
import { registryError } from "./error.ts";
import { follow } from "./follow.ts";
import { checkedTarget } from "./host.ts";
import { type TokenClaims, tokenClaims } from "./token-claims.ts";

export interface Token {
  readonly value: Secret;
  /** Seconds from when it was asked for. */
  readonly lifetime: number;
  /** What it says that it allows, if it says anything. */
  readonly claims: TokenClaims | undefined;
}

export interface TokenRequest {
  readonly http: HttpClient;
  /** The registry's own URL: what its realm may be depends on it. */
  readonly base: URL;
  readonly challenge: Challenge;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  readonly insecure: boolean;
  readonly caFiles: readonly string[];
  readonly signal: AbortSignal;
  readonly retry: RetryOptions;
}

const MAX_TOKEN_BYTES = 128 * 1024;
// distribution, docs/spec/auth/token.md: what holds when the server doesn't say.
const DEFAULT_LIFETIME = 60;
// The other way of asking is worth a try: servers know GET, POST or both.
const OTHER_WAY: readonly number[] = [400, 401, 404, 405];

/** Gets a bearer token for all of `scopes` (distribution, docs/spec/auth/token.md and oauth.md). Rejects with REGISTRY_AUTH. */
export async function fetchToken(request: TokenRequest): Promise<Token> {
  const { challenge, base, credentials } = request;
  const realm = challenge.parameters.get("realm");
  if (realm === undefined || realm === "") throw refused(base, "names no realm to get a token from");
  const url = checkedTarget(realm, base, "token realm");
  const ways = credentials?.type === "identity" ? [oauth, plain] : [plain, oauth];
  let first: OciasmError | undefined;
  for (const way of credentials === undefined ? [plain] : ways) {
    const response = await retrying(() => way(url, request), request.retry);
    if (response.status === 200) return readToken(response, base);
    const error = await registryError(response, `token for ${request.scopes.join(" ")}`);
    // The way that servers of this kind of login know best says best what is wrong.
    first ??= error;
    if (!OTHER_WAY.includes(response.status)) break;
  }
  throw new OciasmError("REGISTRY_AUTH", first?.message ?? `${base.host} gave no token`, {
    hint: first?.hint,
    cause: first?.cause,
  });
}

type Way = (url: URL, request: TokenRequest) => Promise<HttpResponse>;

const plain: Way = (url, request) => {
  const target = new URL(url);
  const service = request.challenge.parameters.get("service");
  if (service !== undefined) target.searchParams.set("service", service);
  for (const scope of request.scopes) target.searchParams.append("scope", scope);
  const authorization = basicOf(request.credentials);
  return send(request, {
    method: "GET",
    url: target.href,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  });
};

// A refresh token goes by the name that credential helpers give it.
function basicOf(credentials: Credentials | undefined): string | undefined {
  if (credentials?.type === "identity") return basicAuthorization("<token>", credentials.token());
  return credentials?.type === "basic" ? basicAuthorization(credentials.username, credentials.password()) : undefined;
}

const oauth: Way = (url, request) => {
  const { credentials } = request;
  const form = new URLSearchParams({ client_id: "ociasm", scope: request.scopes.join(" ") });
  form.set("service", request.challenge.parameters.get("service") ?? request.base.host);
  if (credentials?.type === "identity") {
    form.set("grant_type", "refresh_token");
    form.set("refresh_token", credentials.token());
  } else if (credentials?.type === "basic") {
    form.set("grant_type", "password");
    form.set("username", credentials.username);
    form.set("password", credentials.password());
  }
  return send(request, {
    method: "POST",
    url: url.href,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.from(form.toString()),
  });
};

async function send(request: TokenRequest, what: Parameters<HttpClient["request"]>[0]): Promise<HttpResponse> {
  const { http, base, insecure, caFiles, signal } = request;
  const response = await follow({ ...what, insecure, caFiles, signal }, { http, base, secretBody: true });
  if (response.status < 500 && response.status !== 429) return response;
  throw await registryError(response, "token");
}

async function readToken(response: HttpResponse, base: URL): Promise<Token> {
  const text = await response.text(MAX_TOKEN_BYTES);
  let answer: ReadonlyMap<string, unknown> = new Map();
  try {
    answer = new Map(Object.entries(JSON.parse(text) as object));
  } catch {
    // Falls through to the refusal: the text may hold a token and is not shown.
  }
  const value = answer.get("token") ?? answer.get("access_token");
  // A line break would end the header that carries it.
  if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value))
    throw refused(base, "has a token server that gave no token");
  const claims = tokenClaims(value);
  return { value: secret(value), lifetime: lifetimeOf(answer, claims, serverTime(response)), claims };
}

/** Seconds from now. Times of the server are compared with its own clock only: this host's may be hours off. */
function lifetimeOf(answer: ReadonlyMap<string, unknown>, claims: TokenClaims | undefined, now: number): number {
  const told = answer.get("expires_in");
  const issued = Date.parse(String(answer.get("issued_at"))) / 1000;
  const age = Math.max(0, now - issued);
  if (typeof told === "number" && told > 0) return Number.isFinite(age) ? Math.max(0, told - age) : told;
  const left = (claims?.expires ?? Number.NaN) - now;
  return Number.isFinite(left) && left > 0 ? left : DEFAULT_LIFETIME;
}

/** Seconds since 1970; NaN when the server doesn't tell. */
function serverTime(response: HttpResponse): number {
  return Date.parse(response.headers["date"] ?? "") / 1000;
}

function refused(base: URL, why: string): OciasmError {
  return new OciasmError("REGISTRY_AUTH", `${base.host} ${why}`);
}
