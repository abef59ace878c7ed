import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Folders that the user names, each with an unpacked package: for hosts that reach no registry. */
const VARIABLE = "OCIASM_PYODIDE";

/** Where an installed npm package `pyodide` lies, of whatever version: named, beside the project, beside us. */
export function installedFolders(project: string, environment: Environment): readonly string[] {
  const named = (environment[VARIABLE] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = [join(project, "package.json"), import.meta.url].flatMap((from) => resolved(from));
  return [...new Set([...named, ...found])];
}

function resolved(from: string): readonly string[] {
  try {
    return [dirname(createRequire(from).resolve("pyodide/package.json"))];
  } catch {
    return [];
  }
}
