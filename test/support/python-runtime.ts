import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { silent } from "../../src/events.ts";
import { findRuntime } from "../../src/interpreter/find-runtime.ts";
import type { Runtime } from "../../src/interpreter/runtime.ts";
import { createDiskStore } from "../../src/store/disk.ts";
import { testHttp } from "./http.ts";

/** A CPython in WebAssembly, fetched once for all tests of this host; undefined, and the test skipped, where there is none. */
export async function pythonRuntime(t: TestContext, minor = "3.12"): Promise<Runtime | undefined> {
  const cache = join(tmpdir(), "ociasm-test-runtimes");
  const deps = {
    store: createDiskStore(cache),
    http: testHttp(t),
    report: silent,
    signal: t.signal,
    environment: process.env,
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
