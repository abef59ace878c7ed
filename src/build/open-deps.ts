import { setMaxListeners } from "node:events";
import { createCompilers } from "../assemble/compilers.ts";
import { createPool } from "../assemble/pool.ts";
import type { Report } from "../events.ts";
import { createHttp } from "../net/http.ts";
import { createRegistries } from "../registry/registries.ts";
import { createDiskStore } from "../store/disk.ts";
import type { BuildDeps } from "./deps.ts";
import { createLimits } from "./limits.ts";

export interface DepsOptions {
  readonly cacheDir: string;
  readonly jobs: number;
  readonly offline: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** "ociasm/1.0", for servers. */
  readonly userAgent: string;
  /** Registries to reach by plain http. */
  readonly insecureRegistries: readonly string[];
}

export interface OpenDeps extends BuildDeps {
  close(): Promise<void>;
}

/** The parts of ring 2 for one run. Nothing is started before it is used. */
export function openDeps(options: DepsOptions): OpenDeps {
  const { signal, report, offline } = options;
  // One listener a transfer and a thread: there is no leak to be warned of.
  setMaxListeners(0, signal);
  const environment = withInsecure(options.environment, options.insecureRegistries);
  const http = createHttp({ environment, userAgent: options.userAgent });
  const pool = createPool({ workers: options.jobs, signal });
  const compilers = createCompilers();
  const over = new AbortController();
  const registrySignal = AbortSignal.any([signal, over.signal]);
  return {
    store: createDiskStore(options.cacheDir),
    http,
    registries: createRegistries({ http, report, signal: registrySignal, environment, random: Math.random }),
    pool,
    compilers,
    limits: createLimits(options.jobs),
    report,
    signal,
    environment,
    now: Math.floor(Date.now() / 1000),
    offline,
    random: Math.random,
    close: async () => {
      // Whatever nobody waits for any more.
      over.abort();
      await Promise.all([pool.close(), compilers.close()]);
      await http.close();
    },
  };
}

function withInsecure(
  environment: Readonly<Record<string, string | undefined>>,
  hosts: readonly string[],
): Readonly<Record<string, string | undefined>> {
  if (hosts.length === 0) return environment;
  const known = environment["OCIASM_INSECURE_REGISTRY"];
  return { ...environment, OCIASM_INSECURE_REGISTRY: [...hosts, ...(known === undefined ? [] : [known])].join(",") };
}
