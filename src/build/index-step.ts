import { readFile } from "node:fs/promises";
import type { IndexOptions } from "../input/input.ts";
import { createCredentials } from "../pypi/credentials.ts";
import { defaultIndexUrl } from "../pypi/default-index.ts";
import { createIndexClient, type IndexClient } from "../pypi/index-client.ts";
import { readIndexConfig } from "../pypi/index-config.ts";
import { fetchWheel } from "../pypi/wheels.ts";
import type { LockedWheel } from "../resolve/lock.ts";
import { remember } from "../store/remember.ts";
import type { BuildDeps } from "./deps.ts";

/** Where packages come from in this run. */
export interface PackageIndex {
  readonly client: IndexClient;
  /** Makes sure that the wheel lies in the store. */
  fetch(wheel: LockedWheel, signal: AbortSignal): Promise<void>;
}

export interface IndexRequest {
  /** The command line's and the configuration's own. */
  readonly flags: Partial<IndexOptions>;
  readonly lock: IndexOptions;
  /** The project's uv.toml or pyproject.toml. */
  readonly uv?: { readonly text: string; readonly kind: "uv.toml" | "pyproject.toml" };
}

export async function indexStep(request: IndexRequest, deps: BuildDeps): Promise<PackageIndex> {
  const { environment, store } = deps;
  const defaultUrl = (): Promise<string> => remember(store, "default-index", "pypi", defaultIndexUrl);
  const config = await readIndexConfig({ ...request, environment, readText, defaultUrl });
  const authorize = createCredentials(config, environment, readText);
  const client = createIndexClient(config, { ...deps, authorize });
  return {
    client,
    fetch: (wheel, signal) =>
      fetchWheel(wheel, { ...deps, signal, authorize, index: client, indexFirst: !config.isDefault }),
  };
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
