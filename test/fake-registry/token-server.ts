import { type Answer, failure, json } from "./answer.ts";
import { collect, type Exchange } from "./exchange.ts";
import type { Profile } from "./profile.ts";
import type { State } from "./state.ts";
import type { Right, Tokens } from "./tokens.ts";
import type { Users } from "./users.ts";

export interface TokenHouse {
  readonly profile: Profile;
  readonly users: Users;
  readonly tokens: Tokens;
  readonly state: State;
  readonly service: string;
}

interface Wish {
  /** Undefined: anonymous. */
  readonly user: string | undefined;
  readonly service: string | null;
  readonly scopes: readonly string[];
  readonly refreshToken: string | undefined;
}

/** `/token` by GET (distribution, docs/spec/auth/token.md) and by POST (oauth.md). */
export async function answerToken(exchange: Exchange, house: TokenHouse): Promise<Answer> {
  const { method } = exchange.seen;
  const { token } = house.profile;
  if (method === "POST") return token.post === 200 ? oauth(exchange, house) : failure(token.post, "UNSUPPORTED");
  return method === "GET" && token.get ? plain(exchange, house) : failure(405, "UNSUPPORTED");
}

function plain(exchange: Exchange, house: TokenHouse): Answer {
  const header = exchange.headers.authorization;
  const user = header === undefined ? undefined : house.users.byBasic(header);
  if (header !== undefined && user === undefined) return failure(401, "UNAUTHORIZED");
  const { searchParams } = exchange.url;
  const scopes = searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
  return grant(house, { user, service: searchParams.get("service"), scopes, refreshToken: undefined });
}

async function oauth(exchange: Exchange, house: TokenHouse): Promise<Answer> {
  const body = await collect(exchange.body(), 64 * 1024);
  const form = new URLSearchParams(body?.toString() ?? "");
  const get = (name: string): string => form.get(name) ?? "";
  const type = get("grant_type");
  if (get("client_id") === "") return failure(400, "UNSUPPORTED", "no client_id");
  const user =
    type === "refresh_token"
      ? house.users.byIdentityToken(get("refresh_token"))
      : house.users.byPassword(get("username"), get("password"));
  if (user === undefined) return failure(401, "UNAUTHORIZED");
  const scopes = get("scope")
    .split(" ")
    .filter((scope) => scope !== "");
  const refreshToken = type === "refresh_token" ? get("refresh_token") : undefined;
  return grant(house, { user, service: form.get("service"), scopes, refreshToken });
}

function grant(house: TokenHouse, wish: Wish): Answer {
  const { token } = house.profile;
  if (wish.service !== house.service) return failure(400, "UNSUPPORTED", "unknown service");
  const first = token.scopes === "first" ? wish.scopes.slice(0, 1) : wish.scopes;
  const scopes = token.scopes === "last" ? first.slice(-1) : first;
  const rights = scopes.map((scope, at) => rightsOf(house, wish.user, scope, at > 0));
  if (token.foreignScope === "deny" && wish.user !== undefined && rights.some((some) => some.length === 0))
    return failure(401, "UNAUTHORIZED", "requested access to the resource is denied");
  const value = house.tokens.issue(rights.flat(), token.lifetimeSeconds, token.form);
  return json({
    [token.member]: value,
    ...(token.silentLifetime ? {} : { expires_in: token.lifetimeSeconds }),
    ...(wish.refreshToken === undefined ? {} : { refresh_token: wish.refreshToken }),
  });
}

/** What of a scope the user has a right to; `further`: it is not the first, so may be a mount's source. */
function rightsOf(house: TokenHouse, user: string | undefined, scope: string, further: boolean): readonly Right[] {
  const parts = scope.split(":");
  const [type, repository, actions] = [parts[0], parts.slice(1, -1).join(":"), (parts.at(-1) ?? "").split(",")];
  if (type !== "repository") return [];
  const { profile, users, state } = house;
  const isForeign = further && !actions.includes("push") && !state.repositories.has(repository);
  if (profile.token.foreignScope === "deny" && isForeign) return [];
  return actions
    .filter((action) =>
      user === undefined ? profile.anonymousPull && action === "pull" : users.may(user, repository, action),
    )
    .map((action) => `${repository}:${action}` as const);
}
