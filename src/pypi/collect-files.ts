import { OciasmError } from "../errors.ts";
import { statusOf } from "../net/retry.ts";
import { cachedFindLinks, findLinksFiles } from "./find-links.ts";
import type { Index, IndexConfig } from "./index-config.ts";
import type { IndexDeps } from "./index-deps.ts";
import type { PageFile } from "./index-file.ts";
import { fetchPage } from "./index-page.ts";
import { localFiles } from "./local-files.ts";
import { cachedPage, type ReadCached } from "./page-cache.ts";

type IsTrusted = (url: string) => boolean;

type Places = Pick<IndexConfig, "indexes" | "findLinks">;

/** All files of a project in the configured indexes and folders; undefined when none of them has the name. */
export async function collectFiles(
  config: Pick<IndexConfig, "indexes" | "findLinks" | "strategy" | "trustedHosts">,
  name: string,
  deps: IndexDeps,
): Promise<readonly PageFile[] | undefined> {
  if (deps.offline) return collectOffline(config, name, deps);
  const isTrusted = (url: string): boolean => isTrustedHost(url, config.trustedHosts);
  const local = config.findLinks.map((links) => findLinksFiles(links, name, deps, isTrusted(links.location)));
  const pages =
    config.strategy === "first" ? firstIndex(config, name, deps, isTrusted) : allIndexes(config, name, deps, isTrusted);
  const [listed, ...found] = await Promise.all([pages, ...local]);
  const files = found.flat();
  return listed === undefined && files.length === 0 ? undefined : [...files, ...(listed ?? [])];
}

async function allIndexes(
  config: Pick<IndexConfig, "indexes">,
  name: string,
  deps: IndexDeps,
  isTrusted: IsTrusted,
): Promise<readonly PageFile[] | undefined> {
  const answers = await Promise.all(config.indexes.map((index) => askIndex(index, name, deps, isTrusted)));
  const known = answers.flatMap((answer) => (answer.files === undefined ? [] : [answer.files]));
  return known.length > 0 ? known.flat() : refusedOrUnknown(answers);
}

async function firstIndex(
  config: Pick<IndexConfig, "indexes">,
  name: string,
  deps: IndexDeps,
  isTrusted: IsTrusted,
): Promise<readonly PageFile[] | undefined> {
  const answers: IndexAnswer[] = [];
  for (const index of config.indexes) {
    const answer = await askIndex(index, name, deps, isTrusted);
    if (answer.files !== undefined) return answer.files;
    answers.push(answer);
  }
  return refusedOrUnknown(answers);
}

interface IndexAnswer {
  readonly files?: readonly PageFile[];
  readonly refusal?: unknown;
}

/** Some indexes in object storage answer 403 for every name that they don't have: no reason to stop while others know it. */
async function askIndex(index: Index, name: string, deps: IndexDeps, isTrusted: IsTrusted): Promise<IndexAnswer> {
  const url = projectUrl(index, name);
  if (url.startsWith("file:")) return present(await indexFolder(url, name, deps));
  try {
    return present(await fetchPage(url, deps, isTrusted(url)));
  } catch (error) {
    if (statusOf(error) === 403 && index.login === undefined) return { refusal: error };
    throw error;
  }
}

function present(files: readonly PageFile[] | undefined): IndexAnswer {
  return files === undefined ? {} : { files };
}

function refusedOrUnknown(answers: readonly IndexAnswer[]): undefined {
  for (const { refusal } of answers) if (refusal !== undefined) throw refusal;
}

/** A simple index in a folder: `NAME/index.html`, or the files themselves. */
async function indexFolder(url: string, name: string, deps: IndexDeps): Promise<readonly PageFile[] | undefined> {
  return (await localFiles(`${url}index.html`, name, deps.store)) ?? localFiles(url, name, deps.store);
}

function projectUrl(index: Index, name: string): string {
  const url = new URL(index.url);
  url.pathname += `${encodeURIComponent(name)}/`;
  return url.href;
}

/** As above, from the pages that were read before: one that is not remembered counts as unknown to its index. */
async function collectOffline(
  config: Places & Pick<IndexConfig, "strategy">,
  name: string,
  deps: IndexDeps,
): Promise<readonly PageFile[]> {
  const read: ReadCached = async (url) => (await cachedPage(deps.store, url)) ?? [];
  let listed: readonly PageFile[] = [];
  for (const indexes of config.strategy === "first" ? config.indexes.map((index) => [index]) : [config.indexes]) {
    listed = await collectCached({ indexes, findLinks: [] }, name, deps, read);
    if (listed.length > 0) break;
  }
  const local = await collectCached({ indexes: [], findLinks: config.findLinks }, name, deps, read);
  const files = [...local, ...listed];
  if (files.length > 0 || config.indexes.length === 0) return files;
  throw new OciasmError("OFFLINE", `no index page of ${name} is in the cache`, {
    hint: "run once without --offline, or point --find-links at a folder that has its wheels",
  });
}

/** What is known without a request. */
export async function collectCached(
  config: Places,
  name: string,
  deps: IndexDeps,
  read: ReadCached,
): Promise<readonly PageFile[]> {
  const local = config.findLinks.map((links) => cachedFindLinks(links, name, deps, read));
  const pages = config.indexes.map(async (index) => {
    const url = projectUrl(index, name);
    return url.startsWith("file:") ? ((await indexFolder(url, name, deps)) ?? []) : read(url);
  });
  return (await Promise.all([...local, ...pages])).flat();
}

/** The first of several listings of the same bytes. */
export function distinctFiles(files: readonly PageFile[]): readonly PageFile[] {
  const names = new Map<string, string>();
  const others = new Set<string>();
  return files.filter(({ filename, identity }) => {
    const first = names.get(identity);
    if (first === undefined) return names.set(identity, filename) !== undefined;
    // The same bytes by another name.
    const key = `${filename} ${identity}`;
    return first !== filename && !others.has(key) && others.add(key) !== undefined;
  });
}

export function isTrustedHost(url: string, trusted: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, host } = new URL(url);
  return trusted.some((entry) => entry === hostname || entry === host);
}
