import { readFile } from "node:fs/promises";
import { isOciasmError } from "../../src/errors.ts";
import { silent } from "../../src/events.ts";
import { createHttp } from "../../src/net/http.ts";
import type { HttpClient } from "../../src/net/http-client.ts";
import { createCatalog, type IndexCatalog } from "../../src/pypi/catalog.ts";
import { createCredentials } from "../../src/pypi/credentials.ts";
import { type IndexConfig, readIndexConfig } from "../../src/pypi/index-config.ts";
import type { Target } from "../../src/python/target.ts";
import { resolveOptions } from "../../src/resolve/offer/options.ts";
import type { ResolvedPackage } from "../../src/resolve/resolution.ts";
import { resolveRequirements } from "../../src/resolve/resolve.ts";
import { createDiskStore } from "../../src/store/disk.ts";
import { request } from "../support/request.ts";

/** What one of the solvers says. */
export type Verdict<T> =
  | { readonly kind: "solved"; readonly packages: T; readonly seconds: number }
  | { readonly kind: "unsatisfiable"; readonly reason: string; readonly seconds: number };

/** The index that this machine is set up for; folders of wheels, which uv would not read, are left out. */
export async function agreeIndex(): Promise<IndexConfig> {
  return { ...(await readIndexConfig({ flags: {}, environment: process.env, readText })), findLinks: [] };
}

/** A catalog over a cache folder; every run opens its own, as every run of the program does. `watch` sees its requests. */
export async function openCatalog(
  config: IndexConfig,
  cacheDir: string,
  watch: (http: HttpClient) => HttpClient = (http) => http,
): Promise<{ readonly catalog: IndexCatalog; close(): Promise<void> }> {
  const environment = process.env;
  const { caFile } = config;
  const http = createHttp({ environment, userAgent: "ociasm/bench", ...(caFile === undefined ? {} : { caFile }) });
  const catalog = createCatalog(config, {
    http: watch(http),
    store: createDiskStore(cacheDir),
    authorize: createCredentials(config, environment, readText),
    report: silent,
    signal: new AbortController().signal,
    offline: false,
    now: Math.floor(Date.now() / 1000),
  });
  const close = async (): Promise<void> => {
    await catalog.close();
    await http.close();
  };
  return { catalog, close };
}

/** Solves as `lock` does. Aborts after `limit` seconds. */
export async function ownVerdict(
  roots: readonly string[],
  target: Target,
  config: IndexConfig,
  { cacheDir, limit }: { readonly cacheDir: string; readonly limit: number },
): Promise<Verdict<readonly ResolvedPackage[]>> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const { catalog, close } = await openCatalog(config, cacheDir);
  const input = request(roots);
  const options = { ...resolveOptions(input), signal: AbortSignal.timeout(limit * 1000) };
  try {
    const choice = { extras: [], groups: [], noDefaultGroups: false };
    const { packages } = await resolveRequirements(input, choice, target, catalog, options);
    return { kind: "solved", packages, seconds: seconds() };
  } catch (error) {
    if (!isOciasmError(error) || error.code !== "UNSATISFIABLE") throw error;
    return { kind: "unsatisfiable", reason: error.message, seconds: seconds() };
  } finally {
    await close();
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
