import { dirname, join } from "node:path";
import { basicAuthorization, splitUserInfo } from "../net/basic-auth.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface NpmConfigRequest {
  readonly environment: Environment;
  /** Of the node that runs: npm's global file lies beside it. */
  readonly execPath: string;
  /** Undefined for a file that is not there. */
  readonly readText: (path: string) => Promise<string | undefined>;
}

/** What of npm's configuration decides where a package comes from. */
export interface NpmConfig {
  /** With a slash at the end, without credentials; undefined where nobody names one. */
  readonly registry: string | undefined;
  /** `strict-ssl=false`. */
  readonly insecure: boolean;
  /** The Authorization header for a URL, if there is a login for its host and path. */
  authorize(url: string): Readonly<Record<string, string>>;
}

/**
 * npm's own order: the environment (`npm_config_…`), the user's .npmrc, the global one. The project's .npmrc is left
 * out: a context that is built is not to say where programs come from.
 */
export async function readNpmConfig(request: NpmConfigRequest): Promise<NpmConfig> {
  const { environment } = request;
  const own = environmentSettings(environment);
  const home = environment["HOME"] || environment["USERPROFILE"];
  const user = own.get("userconfig") ?? (home === undefined ? undefined : join(home, ".npmrc"));
  const prefix = own.get("prefix") ?? dirname(dirname(request.execPath));
  const global = own.get("globalconfig") ?? join(prefix, "etc", "npmrc");
  const settings = new Map<string, string>();
  for (const path of [global, user]) {
    const text = path === undefined ? undefined : await request.readText(path);
    for (const [key, value] of fileSettings(text ?? "", environment)) settings.set(key, value);
  }
  for (const [key, value] of own) settings.set(key, value);
  return configOf(settings);
}

function configOf(settings: ReadonlyMap<string, string>): NpmConfig {
  const named = settings.get("registry");
  const given = named !== undefined && /^https?:\/\//i.test(named) && URL.canParse(named) ? named : undefined;
  const { url, user, password } = splitUserInfo(given ?? "");
  const registry = given === undefined ? undefined : url.replace(/\/*$/, "/");
  return {
    registry,
    insecure: settings.get("strict-ssl") === "false",
    authorize: (target) => {
      const login = loginFor(target, settings);
      if (login !== undefined) return { authorization: login };
      const isOwn = registry !== undefined && target.startsWith(registry) && user !== undefined;
      return isOwn ? { authorization: basicAuthorization(user, password ?? "") } : {};
    },
  };
}

/** npm names the place of a login without its scheme; the longest one that the URL lies below counts. */
function loginFor(target: string, settings: ReadonlyMap<string, string>): string | undefined {
  const { host, pathname } = new URL(target);
  const parts = pathname.split("/").slice(1, -1);
  for (let length = parts.length; length >= 0; length--) {
    const place = `//${host}/${parts
      .slice(0, length)
      .map((part) => `${part}/`)
      .join("")}`;
    const login = loginAt(place, settings) ?? loginAt(place.slice(0, -1), settings);
    if (login !== undefined) return login;
  }
  return undefined;
}

function loginAt(place: string, settings: ReadonlyMap<string, string>): string | undefined {
  const token = settings.get(`${place}:_authToken`);
  if (token !== undefined) return `Bearer ${token}`;
  const basic = settings.get(`${place}:_auth`);
  if (basic !== undefined) return `Basic ${basic}`;
  const [user, password] = [settings.get(`${place}:username`), settings.get(`${place}:_password`)];
  if (user === undefined || password === undefined) return undefined;
  return basicAuthorization(user, Buffer.from(password, "base64").toString("utf8"));
}

/** `npm_config_registry`, in any case; names of hosts and logins as they stand. */
function environmentSettings(environment: Environment): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    const key = /^npm_config_(.+)$/i.exec(name)?.[1];
    if (key === undefined || value === undefined || value === "") continue;
    settings.set(key.startsWith("//") ? key : key.toLowerCase().replaceAll("_", "-"), value);
  }
  return settings;
}

/** Lines `key = value` of an .npmrc; `${NAME}` is the environment's, where it has it. */
function* fileSettings(text: string, environment: Environment): Generator<readonly [string, string]> {
  for (const line of text.replace(/^\ufeff/, "").split(/\r\n|[\n\r]/)) {
    const match = /^\s*([^\s=;#[][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, key = "", value = ""] = match;
    const plain = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
    yield [expand(key, environment), expand(plain, environment)];
  }
}

function expand(text: string, environment: Environment): string {
  return text.replace(/\$\{([^${}]+)\}/g, (whole, name: string) => environment[name] ?? whole);
}
