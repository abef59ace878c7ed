import { readFile } from "node:fs/promises";
import type { BuildDeps } from "../../src/build/deps.ts";
import { indexStep } from "../../src/build/index-step.ts";
import { openDeps } from "../../src/build/open-deps.ts";
import { createSourceBuilder, type SourceBuilder } from "../../src/build/source-builder.ts";
import { silent } from "../../src/events.ts";
import { newRequest } from "../../src/input/new-request.ts";
import { digestOfHex } from "../../src/oci/digest.ts";
import type { LockedWheel } from "../../src/resolve/lock.ts";
import { RUNTIME_ENVIRONMENT } from "./python-runtime.ts";

export interface TestBuilder {
  readonly builder: SourceBuilder;
  bytesOf(wheel: LockedWheel): Promise<Buffer>;
  close(): Promise<void>;
}

/** A builder with the index that pip is configured for. */
export async function openTestBuilder(cacheDir: string, signal: AbortSignal): Promise<TestBuilder> {
  const deps = openDeps({
    cacheDir,
    jobs: 2,
    offline: false,
    environment: RUNTIME_ENVIRONMENT,
    report: silent,
    signal,
    userAgent: "ociasm-test",
    insecureRegistries: [],
  });
  const input = newRequest({ format: "pyproject.toml", file: `${cacheDir}/pyproject.toml` });
  const index = await indexStep({ context: cacheDir, config: {}, input }, deps satisfies BuildDeps);
  const permission = { noBuild: false, onlyBinary: [] };
  return {
    builder: createSourceBuilder(index, { context: cacheDir, permission }, deps),
    bytesOf: (wheel) => readFile(deps.store.path(digestOfHex(wheel.sha256))),
    close: async () => {
      await index.catalog.close();
      await deps.close();
    },
  };
}
