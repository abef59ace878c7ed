import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

/** Path of a program, or undefined. */
export function findTool(name: string): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * False, and the test is skipped with a line that says so, when something it compares against is not here.
 * In CI nothing may be missing: there the test fails.
 */
export function needs(t: TestContext, what: string, present: unknown): boolean {
  if (present !== undefined && present !== false && present !== "") return true;
  if (process.env["CI"] === "true") throw new Error(`${what} is missing: .ci/run has to install it`);
  t.skip(`${what} is not installed here`);
  return false;
}

/** `needs` for programs on PATH. */
export function needsTools(t: TestContext, ...names: readonly string[]): boolean {
  return names.every((name) => needs(t, name, findTool(name)));
}

/** The Python that oracles run in: one with current pip and packaging where there is one. Never part of a build. */
export function oraclePython(): string | undefined {
  return process.env["OCIASM_TEST_PYTHON"] ?? findTool("python3");
}

/** Node binaries of the other supported lines. */
export function otherNodes(): readonly string[] {
  return (process.env["OCIASM_TEST_NODES"] ?? "").split(":").filter((path) => path !== "");
}
