import { inspect } from "node:util";
import { basicAuthorization } from "../net/basic-auth.ts";
import type { IndexConfig, Login } from "./index-config.ts";
import { type Netrc, netrcEntry, parseNetrc } from "./netrc.ts";
import type { Environment, ReadText } from "./pip-config.ts";

/** The Authorization header for a URL, if a login is known for its host. */
export type Authorize = (url: string) => Promise<Readonly<Record<string, string>>>;

/**
 * Logins from the index URLs' user info (of several for a host, the one with the longest common path), then netrc
 * ($NETRC, ~/.netrc, ~/_netrc), as pip and uv look them up.
 */
export function createCredentials(config: Places, environment: Environment, readText: ReadText): Authorize {
  const known = knownLogins(config);
  let netrc: Promise<Netrc> | undefined;
  const authorize: Authorize = async (text) => {
    const url = new URL(text);
    const login = loginFor(url, known);
    if (login !== undefined) return { authorization: basicAuthorization(login.user, login.password) };
    netrc ??= readNetrc(environment, readText);
    const entry = netrcEntry(await netrc, url.hostname);
    return entry === undefined ? {} : { authorization: basicAuthorization(entry.login, entry.password) };
  };
  // Whoever prints it shall not see what it closes over.
  return Object.assign(authorize, { [inspect.custom]: () => "Authorize(***)" });
}

type Places = Pick<IndexConfig, "indexes" | "explicit" | "findLinks">;

interface KnownLogin {
  readonly place: URL;
  readonly login: Login;
}

function knownLogins(config: Places): readonly KnownLogin[] {
  const places = [
    ...[...config.indexes, ...(config.explicit ?? [])].map((index) => ({ url: index.url, login: index.login })),
    ...config.findLinks.map((links) => ({ url: links.location, login: links.login })),
  ];
  return places.flatMap(({ url, login }) => (login === undefined ? [] : [{ place: new URL(url), login }]));
}

function loginFor(url: URL, known: readonly KnownLogin[]): Login | undefined {
  let best: { readonly login: Login; readonly shared: number } | undefined;
  for (const { place, login } of known) {
    if (place.origin !== url.origin) continue;
    const shared = sharedLength(place.pathname, url.pathname);
    if (best === undefined || shared > best.shared) best = { login, shared };
  }
  return best?.login;
}

function sharedLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

async function readNetrc(environment: Environment, readText: ReadText): Promise<Netrc> {
  const home = environment["HOME"] || environment["USERPROFILE"];
  const named = environment["NETRC"];
  const paths = named ? [named] : home === undefined ? [] : [`${home}/.netrc`, `${home}/_netrc`];
  for (const path of paths) {
    const text = await readText(path);
    if (text !== undefined) return parseNetrc(text);
  }
  return parseNetrc("");
}
