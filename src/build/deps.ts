import type { Compilers } from "../assemble/compilers.ts";
import type { LayerPool } from "../assemble/pool.ts";
import type { Report } from "../events.ts";
import type { HttpClient } from "../net/http-client.ts";
import type { Registries } from "../registry/registries.ts";
import type { DiskStore } from "../store/disk.ts";
import type { Limits } from "./limits.ts";

/** The parts of ring 2 that a run works with; a step takes the ones it names. */
export interface BuildDeps {
  readonly store: DiskStore;
  readonly http: HttpClient;
  readonly registries: Registries;
  readonly pool: LayerPool;
  readonly compilers: Compilers;
  readonly limits: Limits;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Seconds since 1970. */
  readonly now: number;
  readonly offline: boolean;
  /** Where it is there, names of files whose size nobody tells without the network are put here, and count as 0. */
  readonly unsized?: Set<string>;
  /** 0 to 1, for nothing but the waits between tries. */
  readonly random?: () => number;
}
