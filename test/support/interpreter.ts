import type { TestContext } from "node:test";
import { needs } from "./tools.ts";

/** The folder of an unpacked `pyodide` with Python 3.11; undefined, and the test is skipped, where there is none. */
export function interpreterFolder(t: TestContext): string | undefined {
  const folder = process.env["OCIASM_TEST_PYODIDE"];
  return needs(t, "pyodide with Python 3.11 (OCIASM_TEST_PYODIDE)", folder) ? folder : undefined;
}
