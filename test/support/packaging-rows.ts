import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../../shared/judges/packaging/", import.meta.url));

/** Why a test that needs packaging's own rows has to be skipped on this machine, or undefined. */
export const noPackagingRows: string | undefined = existsSync(FOLDER)
  ? undefined
  : "packaging's test rows are not on this machine";

/** The rows of one of packaging's test modules, by test name. Fails for a test that is not there. */
export function packagingRows(module: string): <T>(test: string) => readonly T[] {
  const tests = new Map<string, unknown>(Object.entries(JSON.parse(readFileSync(`${FOLDER}${module}.json`, "utf8"))));
  return <T>(test: string) => {
    const rows = tests.get(test);
    if (!Array.isArray(rows) || rows.length === 0) throw new Error(`no rows of ${module}: ${test}`);
    return rows as T[];
  };
}

/** Every module that has rows, with the names of its tests. */
export function packagingModules(): readonly (readonly [module: string, tests: readonly string[]])[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  return files.map((file) => [file.slice(0, -5), Object.keys(JSON.parse(readFileSync(`${FOLDER}${file}`, "utf8")))]);
}
