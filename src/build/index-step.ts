import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { IndexOptions } from "../input/input.ts";
import { isRequest } from "../input/request.ts";
import { createCatalog, type IndexCatalog } from "../pypi/catalog.ts";
import { type Authorize, createCredentials } from "../pypi/credentials.ts";
import { defaultIndexUrl } from "../pypi/default-index.ts";
import { createIndexClient, type IndexClient } from "../pypi/index-client.ts";
import { type IndexConfig, type IndexConfigRequest, readIndexConfig } from "../pypi/index-config.ts";
import { fetchWheel } from "../pypi/wheels.ts";
import type { LockedWheel } from "../resolve/lock.ts";
import { remember } from "../store/remember.ts";
import { createWriteBehind } from "../store/write-behind.ts";
import type { BuildConfig } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import type { Input } from "./input-files.ts";

/** Where packages come from in this run. */
export interface PackageIndex {
  readonly client: IndexClient;
  /** The same places as the resolver asks them. */
  readonly catalog: IndexCatalog;
  readonly authorize: Authorize;
  /** Makes sure that the wheel lies in the store. */
  fetch(wheel: LockedWheel, signal: AbortSignal): Promise<void>;
}

export interface IndexRequest {
  /** Absolute. */
  readonly context: string;
  readonly config: BuildConfig;
  readonly input: Input;
}

type IndexDeps = Pick<BuildDeps, "environment" | "store" | "http" | "report" | "signal" | "now" | "offline">;

export async function indexStep(request: IndexRequest, deps: IndexDeps): Promise<PackageIndex> {
  const { environment, store } = deps;
  const defaultUrl = (): Promise<string> => remember(store, "default-index", "pypi", defaultIndexUrl);
  const read = await readIndexConfig({ ...(await configRequest(request)), environment, readText, defaultUrl });
  const config = withStrategy(read, request.config);
  const authorize = createCredentials(config, environment, readText);
  const notes = createWriteBehind(store);
  // What one of the two has asked for is new enough for the other.
  const shared = { ...deps, store: { ...store, ...notes }, authorize, seen: new Set<string>() };
  const client = createIndexClient(config, shared);
  const catalog = createCatalog(config, shared);
  const close = async (): Promise<void> => {
    await catalog.close();
    await notes.settle();
  };
  return {
    client,
    catalog: { ...catalog, close },
    authorize,
    fetch: (wheel, signal) =>
      fetchWheel(wheel, { ...deps, signal, authorize, index: client, indexFirst: !config.isDefault }),
  };
}

async function configRequest({
  context,
  config,
  input,
}: IndexRequest): Promise<Pick<IndexConfigRequest, "flags" | "lock" | "uv" | "named">> {
  const own = { flags: indexFlags(config), lock: input.options };
  if (isRequest(input)) {
    // What the project's own pyproject.toml names stands in the request; uv.toml takes the place of that table.
    const text = await readText(join(context, "uv.toml"));
    return { ...own, named: input.indexes, ...(text === undefined ? {} : { uv: { text, kind: "uv.toml" } }) };
  }
  for (const kind of ["uv.toml", "pyproject.toml"] as const) {
    const text = await readText(join(context, kind));
    if (text !== undefined) return { ...own, uv: { text, kind } };
  }
  return own;
}

/** pip's order asks the main index first, uv's the further ones. */
function withStrategy(config: IndexConfig, { indexStrategy }: BuildConfig): IndexConfig {
  if (indexStrategy === undefined) return config;
  const strategy = indexStrategy === "all" ? "all" : "first";
  if (strategy === config.strategy) return config;
  const [first, ...others] = strategy === "first" ? config.indexes : [...config.indexes].reverse();
  const indexes = first === undefined ? [] : strategy === "first" ? [...others, first] : [first, ...others.reverse()];
  return { ...config, strategy, indexes };
}

function indexFlags(config: BuildConfig): Partial<IndexOptions> {
  const { indexUrl, extraIndexUrl, findLinks, noIndex, trustedHost } = config;
  return {
    ...(indexUrl === undefined ? {} : { indexUrl }),
    ...(extraIndexUrl === undefined ? {} : { extraIndexUrls: extraIndexUrl }),
    ...(findLinks === undefined ? {} : { findLinks }),
    ...(noIndex === undefined ? {} : { noIndex }),
    ...(trustedHost === undefined ? {} : { trustedHosts: trustedHost }),
  };
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
