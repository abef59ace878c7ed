import { join } from "node:path";
import type { Report } from "../events.ts";
import type { HttpClient } from "../net/http-client.ts";
import type { DiskStore } from "../store/disk.ts";
import { fetchRuntime } from "./fetch-runtime.ts";
import { installedFolders } from "./installed.ts";
import { releaseOf } from "./releases.ts";
import type { Runtime, RuntimeRelease } from "./runtime.ts";
import { isWhole } from "./runtime-files.ts";

export interface RuntimeDeps {
  readonly store: DiskStore;
  readonly http: HttpClient;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly offline: boolean;
}

/**
 * The CPython of this minor ("3.12"), ready to be started; see `bringRuntime`. Undefined where no release has the minor;
 * rejects with OFFLINE, NETWORK, INDEX_ERROR or HASH_MISMATCH where it can't be had.
 */
export async function findRuntime(minor: string, project: string, deps: RuntimeDeps): Promise<Runtime | undefined> {
  const release = await releaseOf(minor, deps.store);
  return release === undefined ? undefined : bringRuntime(release, project, deps);
}

/** An npm package that is installed beside `project` (a folder) or beside us, else the cache's, else fetched once. */
export async function bringRuntime(release: RuntimeRelease, project: string, deps: RuntimeDeps): Promise<Runtime> {
  const cached = join(deps.store.cacheDir, "runtimes", release.release);
  for (const folder of [...installedFolders(project, deps.environment), cached]) {
    if (await isWhole(folder, release)) return { release, folder };
  }
  const fetchMissing = async (): Promise<void> => {
    if (!(await isWhole(cached, release))) await fetchRuntime(release, cached, deps);
  };
  await deps.store.withLock(`runtime ${release.release}`, fetchMissing, deps.signal);
  return { release, folder: cached };
}
