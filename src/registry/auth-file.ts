/** A string that inspection, JSON and messages don't show: it has to be called for. */
export type Secret = () => string;

export function secret(text: string): Secret {
  return () => text;
}

export type Credentials =
  | {
      readonly type: "basic";
      readonly username: string;
      readonly password: Secret;
      /** Found lying about rather than given for this registry: where it is not good enough, nobody logs in. */
      readonly isAmbient?: boolean;
    }
  /** A refresh token, traded for access tokens by OAuth2. */
  | { readonly type: "identity"; readonly token: Secret }
  /** Sent as it is. */
  | { readonly type: "bearer"; readonly token: Secret };

/** True when both would be sent alike. */
export function sameCredentials(a: Credentials | undefined, b: Credentials | undefined): boolean {
  return a?.type === b?.type && sent(a) === sent(b);
}

function sent(credentials: Credentials | undefined): string | undefined {
  if (credentials?.type !== "basic") return credentials?.token();
  return `${credentials.username}:${credentials.password()}`;
}

/** The parts of Docker's config.json and podman's auth.json that matter here. */
export interface AuthFile {
  readonly auths: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly credsStore: string | undefined;
}

// What Docker Hub is called in these files, and what it is called to a helper.
const HUB = "docker.io";
const HUB_SERVER = "https://index.docker.io/v1/";
const HUB_NAMES: readonly string[] = [HUB, "index.docker.io", "registry-1.docker.io"];

/** Throws a SyntaxError for what is not JSON; members of the wrong type count as absent. */
export function parseAuthFile(text: string): AuthFile {
  const top = members(JSON.parse(text));
  const store = top.get("credsStore");
  return {
    auths: new Map([...members(top.get("auths"))].map(([key, value]) => [normalKey(key), strings(value)])),
    credHelpers: new Map([...strings(top.get("credHelpers"))].map(([key, value]) => [normalKey(key), value])),
    credsStore: typeof store === "string" && store !== "" ? store : undefined,
  };
}

/** Name of the helper that the file puts in charge of a registry. */
export function helperFor(file: AuthFile, registry: string): string | undefined {
  return file.credHelpers.get(normalKey(registry)) ?? file.credsStore;
}

/** The file's own entry: podman's keys may go down to the repository, and the longest that fits wins. */
export function credentialsIn(file: AuthFile, registry: string, repository: string): Credentials | undefined {
  const parts = repository.split("/");
  const host = normalKey(registry);
  for (let count = parts.length; count >= 0; count--) {
    const entry = file.auths.get([host, ...parts.slice(0, count)].join("/"));
    const found = entry === undefined ? undefined : entryCredentials(entry);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What helpers and `docker login` call a registry. */
export function serverName(registry: string): string {
  return HUB_NAMES.includes(registry) ? HUB_SERVER : registry;
}

function entryCredentials(entry: ReadonlyMap<string, string>): Credentials | undefined {
  const [identity, bearer] = [entry.get("identitytoken"), entry.get("registrytoken")];
  if (identity) return { type: "identity", token: secret(identity) };
  if (bearer) return { type: "bearer", token: secret(bearer) };
  const joined = entry.get("auth");
  if (joined) {
    const text = Buffer.from(joined, "base64").toString("utf8");
    const colon = text.indexOf(":");
    // Docker pads the password with NUL.
    const password = text.slice(colon + 1).replace(/\0+$/, "");
    return colon < 1 ? undefined : { type: "basic", username: text.slice(0, colon), password: secret(password) };
  }
  const [username, password] = [entry.get("username"), entry.get("password")];
  return username && password ? { type: "basic", username, password: secret(password) } : undefined;
}

/** "https://host:5000/v1/" and "host:5000" are one key; paths below a host stay. */
function normalKey(key: string): string {
  const bare = key.replace(/^https?:\/\//, "").replace(/\/(v[12]\/?)?$/, "");
  const slash = bare.indexOf("/");
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase();
  return (HUB_NAMES.includes(host) ? HUB : host) + (slash < 0 ? "" : bare.slice(slash));
}

function members(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function strings(value: unknown): ReadonlyMap<string, string> {
  return new Map([...members(value)].filter((member): member is [string, string] => typeof member[1] === "string"));
}
