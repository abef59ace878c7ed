import { OciasmError } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import { statusOf } from "../net/retry.ts";
import { normalizeName } from "../python/name.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import { fileSize } from "./file-size.ts";
import { cachedFindLinks, findLinksFiles } from "./find-links.ts";
import type { Index, IndexConfig } from "./index-config.ts";
import type { IndexDeps } from "./index-deps.ts";
import type { IndexFile } from "./index-file.ts";
import { fetchPage } from "./index-page.ts";
import { localFiles } from "./local-files.ts";
import { cachedPage, cachedPins, type ReadCached } from "./page-cache.ts";

/** What the configured indexes and folders hold. Names in any spelling. */
export interface IndexClient {
  /** All files of a project, wheels and sdists, yanked ones too; empty when nobody has the name. */
  files(name: string): Promise<readonly IndexFile[]>;
  /** What is known without a request of files with these hashes: a hash names the same bytes for ever. */
  cachedFiles(name: string, sha256s: readonly string[]): Promise<readonly IndexFile[]>;
  /** Bytes; see ./file-size.ts. */
  sizeOf(file: DistributionFile): Promise<number>;
  /** Every URL at which these bytes are listed, by name and sha256. Asks the indexes when `ask` is set. */
  mirrors(file: { readonly filename: string; readonly sha256: string }, ask: boolean): Promise<readonly string[]>;
  isTrusted(url: string): boolean;
  /** For messages: indexes and folders without credentials. */
  readonly places: readonly string[];
}

/** Files of a page up to which it stays in memory; a larger one is read from the cache again, or confirmed. */
const KEPT = 500;

export function createIndexClient(config: IndexConfig, deps: IndexDeps): IndexClient {
  const asked = new Map<string, Promise<readonly IndexFile[]>>();
  const isTrusted = (url: string): boolean => isTrustedHost(url, config.trustedHosts);
  const everything = async (name: string): Promise<readonly IndexFile[]> => {
    const known = asked.get(name) ?? collect(config, name, deps, isTrusted);
    asked.set(name, known);
    try {
      const files = await known;
      if (files.length > KEPT) asked.delete(name);
      return files;
    } catch (error) {
      asked.delete(name);
      throw error;
    }
  };
  const cached = async (name: string, sha256s: readonly string[]): Promise<readonly IndexFile[]> =>
    asked.get(name) ?? collectCached(config, name, deps, (url) => cachedPins(deps.store, url, sha256s));
  return {
    files: async (name) => distinct(await everything(normalizeName(name))),
    cachedFiles: async (name, sha256s) => distinct(await cached(normalizeName(name), sha256s)),
    sizeOf: (file) => fileSize(file, deps, isTrusted(file.url)),
    mirrors: async ({ filename, sha256 }, ask) => {
      const name = normalizeName(filename.slice(0, filename.indexOf("-")));
      const files = await (ask && !deps.offline ? everything(name) : cached(name, [sha256]));
      return [...new Set(files.filter((file) => file.sha256 === sha256).map((file) => file.url))];
    },
    isTrusted,
    places: [
      ...config.indexes.map((index) => redactUrl(index.url)),
      ...config.findLinks.map((links) => redactUrl(links.location)),
    ],
  };
}

type IsTrusted = (url: string) => boolean;

async function collect(
  config: IndexConfig,
  name: string,
  deps: IndexDeps,
  isTrusted: IsTrusted,
): Promise<readonly IndexFile[]> {
  if (deps.offline) return collectOffline(config, name, deps);
  const local = config.findLinks.map((links) => findLinksFiles(links, name, deps, isTrusted(links.location)));
  const pages =
    config.strategy === "first" ? firstIndex(config, name, deps, isTrusted) : allIndexes(config, name, deps, isTrusted);
  return (await Promise.all([...local, pages])).flat();
}

async function allIndexes(
  config: IndexConfig,
  name: string,
  deps: IndexDeps,
  isTrusted: IsTrusted,
): Promise<readonly IndexFile[]> {
  const answers = await Promise.all(config.indexes.map((index) => askIndex(index, name, deps, isTrusted)));
  const files = answers.flatMap((answer) => answer.files ?? []);
  return files.length > 0 ? files : refusedOrEmpty(answers);
}

async function firstIndex(
  config: IndexConfig,
  name: string,
  deps: IndexDeps,
  isTrusted: IsTrusted,
): Promise<readonly IndexFile[]> {
  const answers: IndexAnswer[] = [];
  for (const index of config.indexes) {
    const answer = await askIndex(index, name, deps, isTrusted);
    if (answer.files !== undefined) return answer.files;
    answers.push(answer);
  }
  return refusedOrEmpty(answers);
}

interface IndexAnswer {
  readonly files?: readonly IndexFile[];
  readonly refusal?: unknown;
}

/** Some indexes in object storage answer 403 for every name that they don't have: no reason to stop while others know it. */
async function askIndex(index: Index, name: string, deps: IndexDeps, isTrusted: IsTrusted): Promise<IndexAnswer> {
  const url = projectUrl(index, name);
  if (url.startsWith("file:")) return present(await indexFolder(url, name, deps));
  try {
    return present((await fetchPage(url, deps, isTrusted(url)))?.files);
  } catch (error) {
    if (statusOf(error) === 403 && index.login === undefined) return { refusal: error };
    throw error;
  }
}

function present(files: readonly IndexFile[] | undefined): IndexAnswer {
  return files === undefined ? {} : { files };
}

function refusedOrEmpty(answers: readonly IndexAnswer[]): readonly IndexFile[] {
  for (const { refusal } of answers) if (refusal !== undefined) throw refusal;
  return [];
}

/** A simple index in a folder: `NAME/index.html`, or the files themselves. */
async function indexFolder(url: string, name: string, deps: IndexDeps): Promise<readonly IndexFile[] | undefined> {
  return (await localFiles(`${url}index.html`, name, deps.store)) ?? localFiles(url, name, deps.store);
}

function projectUrl(index: Index, name: string): string {
  const url = new URL(index.url);
  url.pathname += `${encodeURIComponent(name)}/`;
  return url.href;
}

async function collectOffline(config: IndexConfig, name: string, deps: IndexDeps): Promise<readonly IndexFile[]> {
  const files = await collectCached(
    config,
    name,
    deps,
    async (url) => (await cachedPage(deps.store, url))?.files ?? [],
  );
  if (files.length > 0 || config.indexes.length === 0) return files;
  throw new OciasmError("OFFLINE", `no index page of ${name} is in the cache`, {
    hint: "run once without --offline, or point --find-links at a folder that has its wheels",
  });
}

async function collectCached(
  config: IndexConfig,
  name: string,
  deps: IndexDeps,
  read: ReadCached,
): Promise<readonly IndexFile[]> {
  const local = config.findLinks.map((links) => cachedFindLinks(links, name, deps, read));
  const pages = config.indexes.map(async (index) => {
    const url = projectUrl(index, name);
    return url.startsWith("file:") ? ((await indexFolder(url, name, deps)) ?? []) : read(url);
  });
  return (await Promise.all([...local, ...pages])).flat();
}

/** The first of several listings of the same bytes. */
function distinct(files: readonly IndexFile[]): readonly IndexFile[] {
  const seen = new Set<string>();
  return files.filter((file) => {
    const key = `${file.filename} ${file.sha256 ?? file.url}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

function isTrustedHost(url: string, trusted: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, host } = new URL(url);
  return trusted.some((entry) => entry === hostname || entry === host);
}
