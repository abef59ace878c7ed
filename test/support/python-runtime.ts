import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { silent } from "../../src/events.ts";
import { findRuntime } from "../../src/interpreter/find-runtime.ts";
import type { Runtime } from "../../src/interpreter/runtime.ts";
import { createDiskStore } from "../../src/store/disk.ts";
import { testHttp } from "./http.ts";

/** The environment, in which what .ci/run has fetched is found. */
export const RUNTIME_ENVIRONMENT: Readonly<Record<string, string | undefined>> = {
  ...process.env,
  OCIASM_PYODIDE: process.env["OCIASM_PYODIDE"] ?? process.env["OCIASM_TEST_PYODIDE"],
};

/** A CPython in WebAssembly, fetched once for all tests of this host; undefined, and the test skipped, where there is none. */
export async function pythonRuntime(t: TestContext, minor = "3.11"): Promise<Runtime | undefined> {
  const cache = join(tmpdir(), "ociasm-test-runtimes");
  const deps = {
    store: createDiskStore(cache),
    http: testHttp(t),
    report: silent,
    signal: t.signal,
    environment: RUNTIME_ENVIRONMENT,
    offline: false,
  };
  try {
    return await findRuntime(minor, cache, deps);
  } catch (error) {
    if (!isOciasmError(error)) throw error;
    t.skip(`no Python in WebAssembly: ${error.message}`);
    return undefined;
  }
}
