import type { TestContext } from "node:test";
import type { BuildEvent } from "../../src/events.ts";
import type { HttpClient } from "../../src/net/http-client.ts";
import type { Sleep } from "../../src/net/retry.ts";
import { createCatalog, type IndexCatalog } from "../../src/pypi/catalog.ts";
import { createCredentials } from "../../src/pypi/credentials.ts";
import type { IndexConfig } from "../../src/pypi/index-config.ts";
import type { IndexFile } from "../../src/pypi/index-file.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { testHttp } from "./http.ts";
import { temporaryStore } from "./temporary-store.ts";

export interface CatalogSetup {
  readonly config?: Partial<IndexConfig>;
  readonly store?: DiskStore;
  readonly offline?: boolean;
  readonly now?: number;
  readonly events?: BuildEvent[];
  readonly signal?: AbortSignal;
  readonly sleep?: Sleep;
  readonly stallSeconds?: number;
  readonly maxWheel?: number;
  readonly perHost?: number;
  readonly seen?: Set<string>;
}

/** A catalog over indexes on the loopback interface, closed with the test; waits take no time. */
export function testCatalog(t: TestContext, urls: readonly string[], setup: CatalogSetup = {}): IndexCatalog {
  const config: IndexConfig = {
    indexes: urls.map((url) => ({ url })),
    findLinks: [],
    trustedHosts: [],
    caFile: undefined,
    isDefault: false,
    strategy: "all",
    ...setup.config,
  };
  const { now, maxWheel, perHost, seen } = setup;
  const catalog = createCatalog(config, {
    http: impatient(testHttp(t), setup.stallSeconds),
    store: setup.store ?? temporaryStore(t),
    authorize: createCredentials(config, {}, async () => undefined),
    report: (event) => setup.events?.push(event),
    signal: setup.signal ?? new AbortController().signal,
    offline: setup.offline ?? false,
    sleep: setup.sleep ?? (async () => {}),
    ...(now === undefined ? {} : { now }),
    ...(maxWheel === undefined ? {} : { maxWheel }),
    ...(perHost === undefined ? {} : { perHost }),
    ...(seen === undefined ? {} : { seen }),
  });
  t.after(() => catalog.close());
  return catalog;
}

function impatient(http: HttpClient, stallSeconds: number | undefined): HttpClient {
  if (stallSeconds === undefined) return http;
  return { request: (request) => http.request({ ...request, stallSeconds }), close: () => http.close() };
}

/** The files of a project as objects. */
export async function filesOf(
  catalog: IndexCatalog,
  name: string,
  index?: string,
): Promise<readonly IndexFile[] | undefined> {
  return (await catalog.files(name, index))?.map((listed) => listed.file());
}

/** Messages of all warnings. */
export function warningsOf(events: readonly BuildEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
}
