import { OciasmError } from "../errors.ts";
import type { IndexOptions } from "../input/input.ts";
import type { NamedIndex } from "../input/request.ts";
import { splitUserInfo } from "../net/basic-auth.ts";
import { redactUrl } from "../net/redact.ts";
import { defaultIndexUrl } from "./default-index.ts";
import {
  type Environment,
  isTrue,
  type PipOptions,
  pipEnvironment,
  pipFiles,
  type ReadText,
  words,
} from "./pip-config.ts";
import { type UvIndexes, uvEnvironment, uvFile } from "./uv-config.ts";

/** Where packages are looked for, with what pip and uv would have read to know it. */
export interface IndexConfig {
  /** In the order in which they are asked. Empty with `--no-index`. */
  readonly indexes: readonly Index[];
  /** Asked only for packages whose source names them. */
  readonly explicit?: readonly Index[];
  readonly findLinks: readonly FindLinks[];
  /** `host` or `host:port` whose certificates are not checked. */
  readonly trustedHosts: readonly string[];
  /** PEM bundle that pip's `cert` names. */
  readonly caFile: string | undefined;
  /** Nobody named an index: it is the default repository. */
  readonly isDefault: boolean;
  /** "first" asks the next index only when a name is unknown to the one before; "all" merges, as pip does. */
  readonly strategy: "all" | "first";
}

export interface Index {
  /** With a slash at the end, without credentials. */
  readonly url: string;
  readonly name?: string;
  readonly login?: Login;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface FindLinks {
  /** A path or a file: or http(s) URL, without credentials. */
  readonly location: string;
  readonly login?: Login;
  /** Named on the command line: an error when it is not there. */
  readonly required: boolean;
}

export interface IndexConfigRequest {
  /** The command line's. */
  readonly flags: Partial<IndexOptions>;
  readonly environment: Environment;
  readonly readText: ReadText;
  /** The lock's or requirements file's own options. */
  readonly lock?: IndexOptions;
  /** Text of the project's uv.toml or pyproject.toml. */
  readonly uv?: { readonly text: string; readonly kind: "uv.toml" | "pyproject.toml" };
  /** Indexes that the project's own file names. */
  readonly named?: readonly NamedIndex[];
  /** Gives the default repository's URL. */
  readonly defaultUrl?: () => Promise<string>;
}

/** Flags, then pip's environment and files, then uv's, then the lock's options, then the default repository. */
export async function readIndexConfig(request: IndexConfigRequest): Promise<IndexConfig> {
  const { flags, environment, lock } = request;
  const [fromEnvironment, fromFiles] = [pipEnvironment(environment), await pipFiles(environment, request.readText)];
  const pip: PipOptions = (key) => fromEnvironment(key) ?? fromFiles(key);
  const uv = [
    uvEnvironment(environment),
    ...(request.uv === undefined ? [] : [uvFile(request.uv.text, request.uv.kind)]),
  ];
  const isFlagged = flags.indexUrl !== undefined;
  const noIndex =
    flags.noIndex === true ||
    (!isFlagged && (isTrue(pip("no-index")) || uv.some((one) => one.noIndex) || lock?.noIndex === true));
  const named = request.named ?? [];
  const main =
    flags.indexUrl ??
    pip("index-url") ??
    uv.find((one) => one.main !== undefined)?.main ??
    named.find((index) => index.default && !index.explicit) ??
    lock?.indexUrl;
  const extra = [
    ...(flags.extraIndexUrls ?? []),
    ...words(pip("extra-index-url")),
    ...uv.flatMap((one) => one.extra),
    ...named.filter((index) => !index.default && !index.explicit),
    ...(lock?.extraIndexUrls ?? []),
  ];
  const strategy = environment["UV_INDEX_STRATEGY"] === "first-index" ? "first" : "all";
  const last = main ?? (noIndex ? "" : await (request.defaultUrl ?? defaultIndexUrl)());
  // uv asks the further indexes first, because the first that has the name wins; pip merges, and starts with the main one.
  const given = strategy === "first" ? [...extra, last] : [last, ...extra];
  const indexes = noIndex ? [] : given.map((index) => toIndex(index, environment));
  return {
    indexes: unique(indexes, (index) => index.url),
    explicit: noIndex
      ? []
      : [...uv.flatMap((one) => one.explicit), ...named.filter((index) => index.explicit)].map((index) =>
          toIndex(index, environment),
        ),
    findLinks: findLinksOf(flags, pip, uv, lock),
    trustedHosts: [...(flags.trustedHosts ?? []), ...words(pip("trusted-host")), ...(lock?.trustedHosts ?? [])],
    caFile: pip("cert"),
    isDefault: !noIndex && main === undefined && extra.length === 0,
    strategy,
  };
}

function findLinksOf(
  flags: Partial<IndexOptions>,
  pip: PipOptions,
  uv: readonly UvIndexes[],
  lock: IndexOptions | undefined,
): readonly FindLinks[] {
  const required = (flags.findLinks ?? []).map((location) => toFindLinks(location, true));
  const others = [...words(pip("find-links")), ...uv.flatMap((one) => one.findLinks), ...(lock?.findLinks ?? [])];
  return unique([...required, ...others.map((location) => toFindLinks(location, false))], (links) => links.location);
}

function toFindLinks(text: string, required: boolean): FindLinks {
  if (!/^https?:/i.test(text)) return { location: text, required };
  const { url, user, password } = splitUserInfo(text);
  return { location: url, required, ...(user === undefined ? {} : { login: { user, password: password ?? "" } }) };
}

function toIndex(given: string | { readonly url: string; readonly name?: string }, environment: Environment): Index {
  const { url: text, name } = typeof given === "string" ? { url: given, name: undefined } : given;
  const { url, user, password } = splitUserInfo(text.trim());
  if (!/^(https?|file):\/\//i.test(url) || !URL.canParse(url)) {
    throw new OciasmError("CONFIG_INVALID", `${JSON.stringify(redactUrl(text))} is no URL of a package index`, {
      hint: "an index URL starts with https:// and ends where the project names follow",
    });
  }
  const parsed = new URL(url);
  parsed.hash = "";
  if (!parsed.pathname.endsWith("/")) parsed.pathname += "/";
  const login = user === undefined ? namedLogin(name, environment) : { user, password: password ?? "" };
  return { url: parsed.href, ...(name === undefined ? {} : { name }), ...(login === undefined ? {} : { login }) };
}

/** UV_INDEX_<NAME>_USERNAME and _PASSWORD. */
function namedLogin(name: string | undefined, environment: Environment): Login | undefined {
  if (name === undefined) return undefined;
  const stem = `UV_INDEX_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
  const [user, password] = [environment[`${stem}_USERNAME`], environment[`${stem}_PASSWORD`]];
  return user === undefined && password === undefined ? undefined : { user: user ?? "", password: password ?? "" };
}

function unique<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)) !== undefined);
}
