import { type Answer, failure } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import type { Profile } from "./profile.ts";
import type { Route } from "./router.ts";
import type { Tokens } from "./tokens.ts";
import type { Users } from "./users.ts";

/** Who may pass, and what the others are told. */
export type Gate = (exchange: Exchange, route: Route) => Answer | undefined;

export interface GateOptions {
  readonly profile: Profile;
  readonly users: Users;
  readonly tokens: Tokens;
  readonly realm: () => string;
  readonly service: string;
  /** Replaces WWW-Authenticate: one header, several, or none. */
  readonly challenge?: (realm: string, scope: string | undefined) => string | undefined;
}

export function createGate(options: GateOptions): Gate {
  const { profile, users, tokens } = options;
  const refuse = (scopes: readonly string[], error?: string): Answer => {
    const scope = scopes.length === 0 ? undefined : scopes.join(" ");
    const realm = options.realm();
    const own = options.challenge === undefined ? undefined : { value: options.challenge(realm, scope) };
    const value = own === undefined ? challengeOf(profile, realm, options.service, scope, error) : own.value;
    return failure(
      401,
      "UNAUTHORIZED",
      "authentication required",
      value === undefined ? {} : { "www-authenticate": value },
    );
  };
  return (exchange, route) => {
    const header = exchange.headers.authorization ?? "";
    if (profile.auth === "none") return undefined;
    const needs = needsOf(exchange, route, profile);
    const scopes = needs.map((need) => `repository:${need.repository}:${need.actions}`);
    if (profile.auth === "basic") {
      const user = users.byBasic(header);
      if (user === undefined) return mayAnonymous(profile, needs) ? undefined : refuse([]);
      return needs.every((need) => users.may(user, need.repository, need.action)) ? undefined : failure(403, "DENIED");
    }
    const granted = header.startsWith("Bearer ") ? tokens.rights(header.slice(7)) : undefined;
    if (granted === undefined) return refuse(scopes);
    const missing = needs.filter((need) => !granted.includes(`${need.repository}:${need.action}`));
    return missing.length === 0 ? undefined : refuse(scopes, "insufficient_scope");
  };
}

interface Need {
  readonly repository: string;
  readonly action: string;
  /** As a challenge names them. */
  readonly actions: string;
}

function needsOf(exchange: Exchange, route: Route, profile: Profile): readonly Need[] {
  const { repository } = route;
  if (repository === "") return [];
  const { method } = exchange.seen;
  const reads = method === "GET" || method === "HEAD";
  const from = exchange.url.searchParams.get("from");
  const own =
    reads && route.kind !== "blobs/uploads"
      ? "pull"
      : method === "DELETE" && route.kind !== "blobs/uploads"
        ? "delete"
        : "push";
  const actions = own === "push" ? "pull,push" : own;
  const source = from === null || profile.mountWithoutScope === "session" ? [] : [from];
  return [
    { repository, action: own, actions },
    ...source.map((name) => ({ repository: name, action: "pull", actions: "pull" })),
  ];
}

function mayAnonymous(profile: Profile, needs: readonly Need[]): boolean {
  return profile.anonymousPull && needs.length > 0 && needs.every((need) => need.action === "pull");
}

function challengeOf(
  profile: Profile,
  realm: string,
  service: string,
  scope: string | undefined,
  error: string | undefined,
): string {
  if (profile.auth === "basic") return 'Basic realm="fake"';
  const parts = [`realm="${realm}"`, `service="${service}"`];
  if (scope !== undefined) parts.push(`scope="${scope}"`);
  if (error !== undefined) parts.push(`error="${error}"`);
  return `Bearer ${parts.join(",")}`;
}
