import { OciasmError } from "../errors.ts";
import { basicAuthorization } from "../net/basic-auth.ts";
import type { HttpClient } from "../net/http-client.ts";
import type { RetryOptions } from "../net/retry.ts";
import type { Credentials } from "./auth-file.ts";
import { bestChallenge, type Challenge } from "./challenge.ts";
import { fetchToken, type Token } from "./token.ts";

export interface AuthorizerOptions {
  readonly http: HttpClient;
  readonly base: URL;
  readonly insecure: boolean;
  /** Challenge of the ping; undefined where the registry lets everybody in. */
  readonly challenge: Challenge | undefined;
  credentials(repository: string): Promise<Credentials | undefined>;
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
}

interface Held {
  readonly token: Token;
  readonly until: number;
}

/** Answers Basic and Bearer challenges. One token a set of scopes, fetched once however many requests wait for it. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const tokens = new Map<string, Promise<Held>>();
  const extraScopes = new Map<string, string>();
  let challenge = options.challenge;

  const fetchHeld = async (scopes: readonly string[], repository: string, current: Challenge): Promise<Held> => {
    const asked = options.clock();
    const credentials = await options.credentials(repository);
    const token = await fetchToken({ ...options, challenge: current, scopes, credentials });
    return { token, until: asked + token.lifetime };
  };

  const bearer = async (access: Access, life: number, current: Challenge): Promise<string> => {
    const scopes = scopesOf(access, extraScopes.get(access.repository));
    const key = scopes.join(" ");
    const known = await tokens.get(key)?.catch(() => undefined);
    const lasts = known !== undefined && known.until - options.clock() >= Math.min(life, known.token.lifetime / 2);
    if (lasts) return `Bearer ${known.token.value()}`;
    // Somebody else may have begun a new one while this one waited for the old.
    const pending = tokens.get(key);
    const fresh = pending !== undefined && (await pending.catch(() => undefined)) !== known ? pending : undefined;
    const held = fresh ?? fetchHeld(scopes, access.repository, current);
    tokens.set(key, held);
    held.catch(() => tokens.delete(key));
    return `Bearer ${(await held).token.value()}`;
  };

  return {
    authorization: async (access, life) => {
      if (challenge === undefined) return undefined;
      const credentials = await options.credentials(access.repository);
      if (credentials?.type === "bearer") return `Bearer ${credentials.token()}`;
      if (challenge.scheme !== "basic") return bearer(access, life, challenge);
      if (credentials?.type !== "basic") return undefined;
      return basicAuthorization(credentials.username, credentials.password());
    },
    refused: async (access, header) => {
      const told = bestChallenge(header);
      const before = challenge;
      challenge = told ?? challenge;
      const scope = told?.parameters.get("scope");
      const known = scopesOf(access, extraScopes.get(access.repository));
      tokens.delete(known.join(" "));
      // Scopes of other repositories are not asked for on a server's word.
      if (scope?.startsWith(`repository:${access.repository}:`) === true) extraScopes.set(access.repository, scope);
      if (challenge === undefined)
        throw new OciasmError("REGISTRY_AUTH", `${options.base.host} wants a login but doesn't say which`);
      return challenge.scheme === "bearer" || before === undefined;
    },
  };
}

// The push scope stands first: some token servers look at no other.
function scopesOf(access: Access, extra: string | undefined): readonly string[] {
  const own = `repository:${access.repository}:${access.actions}`;
  const mount = access.alsoPull === undefined ? [] : [`repository:${access.alsoPull}:pull`];
  return [...new Set([own, ...(extra === undefined ? [] : [extra]), ...mount])];
}
