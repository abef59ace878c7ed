import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { OciasmError } from "../../src/errors.ts";
import { silent } from "../../src/events.ts";
import type { LockInput } from "../../src/input/input.ts";
import { readRequirements } from "../../src/input/requirements-txt.ts";
import { createHttp } from "../../src/net/http.ts";
import { digestOfHex } from "../../src/oci/digest.ts";
import { createCredentials } from "../../src/pypi/credentials.ts";
import { createIndexClient } from "../../src/pypi/index-client.ts";
import { readIndexConfig } from "../../src/pypi/index-config.ts";
import { fetchWheel } from "../../src/pypi/wheels.ts";
import type { Target } from "../../src/python/target.ts";
import { chooseWheel } from "../../src/resolve/choose-wheel.ts";
import type { LockedWheel } from "../../src/resolve/lock.ts";
import type { SelectedPackage } from "../../src/resolve/select.ts";
import { createDiskStore, type DiskStore } from "../../src/store/disk.ts";

/** Where the corpus comes from: the indexes that this machine is set up for, through the cache. */
export interface CorpusIndex {
  readonly store: DiskStore;
  /** The wheel of a pinned package; rejects when none of its hashes fits the target. */
  lock(selected: SelectedPackage, target: Target): Promise<LockedWheel>;
  /** Host path of the wheel, downloaded unless it is in the cache. */
  fetch(wheel: LockedWheel): Promise<string>;
  close(): Promise<void>;
}

/** Never inside the checkout: OCIASM_CACHE_DIR, else the user's cache. */
export function corpusCacheDir(): string {
  return process.env["OCIASM_CACHE_DIR"] ?? join(homedir(), ".cache", "ociasm");
}

export async function openCorpusIndex(cacheDir: string): Promise<CorpusIndex> {
  const environment = process.env;
  const config = await readIndexConfig({ flags: {}, environment, readText });
  const http = createHttp({
    environment,
    userAgent: "ociasm/corpus",
    ...(config.caFile === undefined ? {} : { caFile: config.caFile }),
  });
  const store = createDiskStore(cacheDir);
  const authorize = createCredentials(config, environment, readText);
  const deps = { http, store, authorize, report: silent, signal: new AbortController().signal, offline: false };
  const index = createIndexClient(config, deps);
  return {
    store,
    lock: async ({ package: item }, target) => {
      const known = chooseWheel(item, await index.cachedFiles(item.name, item.sha256), target);
      const choice = "wheel" in known ? known : chooseWheel(item, await index.files(item.name), target);
      if ("problem" in choice) throw choice.problem;
      return { ...choice.wheel, size: choice.wheel.size ?? (await index.sizeOf(choice.wheel)) };
    },
    fetch: async (wheel) => {
      await fetchWheel(wheel, { ...deps, index, indexFirst: !config.isDefault });
      return store.path(digestOfHex(wheel.sha256));
    },
    close: () => http.close(),
  };
}

/** A hashed requirements file without includes. */
export function readPins(file: string, text: string): LockInput {
  const noInclude = (path: string): never => {
    throw new OciasmError("INPUT_INVALID", `${file} includes ${path}`);
  };
  return readRequirements([{ file, text, constraint: false }], { file, readInclude: noInclude, environment: {} });
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
