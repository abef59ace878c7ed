import { isOciasmError, OciasmError } from "../errors.ts";
import { basicAuthorization } from "../net/basic-auth.ts";
import type { HttpClient } from "../net/http-client.ts";
import type { RetryOptions } from "../net/retry.ts";
import { type Credentials, sameCredentials } from "./auth-file.ts";
import { bestChallenge, type Challenge } from "./challenge.ts";
import { fetchToken, type Token } from "./token.ts";
import { mayAllow } from "./token-claims.ts";

export interface AuthorizerOptions {
  readonly http: HttpClient;
  readonly base: URL;
  readonly insecure: boolean;
  readonly caFiles: readonly string[];
  /** Challenge of the ping; undefined where the registry lets everybody in. */
  readonly challenge: Challenge | undefined;
  /** `again` looks them up anew: those of a helper may have run out. */
  credentials(repository: string, again: boolean): Promise<Credentials | undefined>;
  /** Seconds on a clock that only runs forward. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly retry: RetryOptions;
}

/** What a request needs to be allowed: the repository that it is for, then what else it touches. */
export interface Access {
  readonly repository: string;
  readonly actions: "pull" | "pull,push";
  /** A repository that a blob is mounted from. */
  readonly alsoPull?: string;
}

export interface Authorizer {
  /** Value of the Authorization header, if any; a token has `life` seconds left, or is as fresh as they come. */
  authorization(access: Access, life: number): Promise<string | undefined>;
  /** Forgets the token of `access` after a 401; true when another try, as the answer's challenge asks, may do better. */
  refused(access: Access, wwwAuthenticate: string | undefined): Promise<boolean>;
  /** That is final: a mount from there is not asked for again. */
  gaveUp(access: Access, error: OciasmError): void;
}

interface Held {
  readonly token: Token;
  readonly until: number;
}

/**
 * Answers Basic and Bearer challenges. One token a set of scopes, whose first names the repository and so the identity,
 * fetched once however many requests wait for it.
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const tokens = new Map<string, Promise<Held>>();
  const mountsRefused = new Map<string, OciasmError>();
  const extraScopes = new Map<string, readonly string[]>();
  let challenge = options.challenge;

  const scopesFor = (access: Access): readonly string[] => scopesOf(access, extraScopes.get(access.repository) ?? []);

  const gaveUp = (access: Access, error: OciasmError): void => {
    if (access.alsoPull !== undefined) mountsRefused.set(scopesFor(access).join(" "), error);
  };

  const fetchHeld = async (access: Access, current: Challenge): Promise<Held> => {
    const asked = options.clock();
    const request = { ...options, challenge: current, scopes: scopesFor(access) };
    try {
      const token = await fetchAsKnown(request, access, options);
      checkRights(token, access, options.base);
      return { token, until: asked + token.lifetime };
    } catch (error) {
      if (isRefusal(error)) gaveUp(access, error);
      throw error;
    }
  };

  /** Who may push may pull: a second token for that is not asked for. */
  const covering = async (access: Access): Promise<Access> => {
    const wider = widerThan(access);
    const pending = wider === undefined ? undefined : tokens.get(scopesFor(wider).join(" "));
    return (await pending?.catch(() => undefined)) === undefined ? access : (wider ?? access);
  };

  const bearer = async (access: Access, life: number, current: Challenge): Promise<string> => {
    const key = scopesFor(access).join(" ");
    const refusal = mountsRefused.get(key);
    if (refusal !== undefined) throw refusal;
    const known = await tokens.get(key)?.catch(() => undefined);
    const lasts = known !== undefined && known.until - options.clock() >= Math.min(life, known.token.lifetime / 2);
    if (lasts) return `Bearer ${known.token.value()}`;
    // Somebody else may have begun a new one while this one waited for the old.
    const pending = tokens.get(key);
    const fresh = pending !== undefined && (await pending.catch(() => undefined)) !== known ? pending : undefined;
    const held = fresh ?? fetchHeld(access, current);
    tokens.set(key, held);
    held.catch(() => tokens.delete(key));
    return `Bearer ${(await held).token.value()}`;
  };

  return {
    gaveUp,
    authorization: async (access, life) => {
      if (challenge === undefined) return undefined;
      const credentials = await options.credentials(access.repository, false);
      if (credentials?.type === "bearer") return `Bearer ${credentials.token()}`;
      if (challenge.scheme !== "basic") return bearer(await covering(access), life, challenge);
      if (credentials?.type !== "basic") return undefined;
      return basicAuthorization(credentials.username, credentials.password());
    },
    refused: async (access, header) => {
      const told = bestChallenge(header);
      const before = challenge;
      challenge = told ?? challenge;
      for (const used of [access, widerThan(access) ?? access]) tokens.delete(scopesFor(used).join(" "));
      const extra = toldScopes(told, access.repository);
      if (extra.length > 0) extraScopes.set(access.repository, extra);
      if (challenge === undefined)
        throw new OciasmError("REGISTRY_AUTH", `${options.base.host} wants a login but doesn't say which`);
      if (challenge.scheme === "bearer" || before === undefined) return true;
      const old = await options.credentials(access.repository, false);
      return !sameCredentials(old, await options.credentials(access.repository, true));
    },
  };
}

type TokenRequest = Parameters<typeof fetchToken>[0];

/** A token by the credentials at hand; by newer ones, or by none where that may do, when those are refused. */
async function fetchAsKnown(
  request: Omit<TokenRequest, "credentials">,
  access: Access,
  options: AuthorizerOptions,
): Promise<Token> {
  const credentials = await options.credentials(access.repository, false);
  try {
    return await fetchToken({ ...request, credentials });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const newer = await options.credentials(access.repository, true);
    if (!sameCredentials(credentials, newer)) return fetchToken({ ...request, credentials: newer });
    const isAmbient = credentials?.type === "basic" && credentials.isAmbient === true;
    if (!isAmbient || access.actions !== "pull") throw error;
    return fetchToken({ ...request, credentials: undefined });
  }
}

function isRefusal(error: unknown): error is OciasmError {
  return isOciasmError(error) && error.code === "REGISTRY_AUTH";
}

/** Throws REGISTRY_AUTH for a token that says itself that it is not enough. */
function checkRights({ claims }: Token, access: Access, base: URL): void {
  const lacks = (action: string, repository: string): OciasmError =>
    new OciasmError("REGISTRY_AUTH", `${base.host} gives this login no permission to ${action} ${repository}`, {
      hint: "log in with `docker login` or `podman login` and an account that may, or ask the owner of the repository",
    });
  if (access.actions === "pull,push" && !mayAllow(claims, access.repository, "push"))
    throw lacks("push to", access.repository);
  if (access.alsoPull !== undefined && !mayAllow(claims, access.alsoPull, "pull"))
    throw lacks("pull from", access.alsoPull);
}

/** Scopes of other repositories are not asked for on a server's word. */
function toldScopes(challenge: Challenge | undefined, repository: string): readonly string[] {
  const told = (challenge?.parameters.get("scope") ?? "").split(" ");
  return told.filter((scope) => scope.startsWith(`repository:${repository}:`)).slice(0, 4);
}

function widerThan(access: Access): Access | undefined {
  const isPlain = access.actions === "pull" && access.alsoPull === undefined;
  return isPlain ? { ...access, actions: "pull,push" } : undefined;
}

// The push scope stands first: some token servers look at no other.
function scopesOf(access: Access, extra: readonly string[]): readonly string[] {
  const own = `repository:${access.repository}:${access.actions}`;
  const mount = access.alsoPull === undefined ? [] : [`repository:${access.alsoPull}:pull`];
  return [...new Set([own, ...extra, ...mount])];
}
