import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createPool } from "../../assemble/pool.ts";
import type { Report } from "../../events.ts";
import { UNFINISHED } from "../../store/temporary.ts";
import type { BuildDeps } from "../deps.ts";
import { openDeps } from "../open-deps.ts";

export interface OwnRunOptions {
  /** A file that will be written: whatever is needed meanwhile lies beside it, on the same disk. */
  readonly output: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Runs `work` on its declared inputs alone: no network, no environment, no cache, and one thread. */
export async function ownRun<T>(options: OwnRunOptions, work: (deps: BuildDeps) => Promise<T>): Promise<T> {
  const { output, report, signal } = options;
  await mkdir(dirname(output), { recursive: true });
  const folder = await mkdtemp(join(dirname(output), UNFINISHED));
  const pool = createPool({ workers: 0, signal });
  const deps = openDeps({
    cacheDir: folder,
    jobs: 1,
    offline: true,
    environment: {},
    report,
    signal,
    userAgent: "ociasm",
    insecureRegistries: [],
  });
  try {
    return await work({ ...deps, pool });
  } finally {
    await Promise.all([deps.close(), pool.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}
