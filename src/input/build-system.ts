import { readToml } from "./toml.ts";

/** `[build-system]` of a project (PEP 518, PEP 517). */
export interface BuildSystem {
  /** Requirements, as written. */
  readonly requires: readonly string[];
  /** "module" or "module:object". */
  readonly backend: string;
  /** Folders of the project that come before all else on the import path. */
  readonly path: readonly string[];
}

/** What PEP 517 takes where nothing is said: `setup.py` as it always was. */
const LEGACY: BuildSystem = { requires: ["setuptools>=40.8.0"], backend: "setuptools.build_meta:__legacy__", path: [] };

const BACKEND = /^[A-Za-z_][\w.]*(?::[A-Za-z_][\w.]*)?$/;

/** Reads it from pyproject.toml's text; undefined text stands for a project without one. Throws INPUT_INVALID. */
export function readBuildSystem(file: string, text: string | undefined): BuildSystem {
  if (text === undefined) return LEGACY;
  const { root, problems } = readToml(file, text);
  const table = root.has("build-system") ? root.table("build-system") : undefined;
  if (table === undefined) {
    problems.check();
    return LEGACY;
  }
  table.demand("requires");
  const requires = table.strings("requires");
  const backend = table.string("build-backend") ?? LEGACY.backend;
  const path = table.has("backend-path") ? table.strings("backend-path") : [];
  if (!BACKEND.test(backend))
    table.problem(`${JSON.stringify(backend)} is no backend: it is module:object`, "build-backend");
  if (path.some((each) => each.startsWith("/") || each.split("/").includes(".."))) {
    table.problem("backend-path leaves the project", "backend-path");
  }
  problems.check();
  return { requires, backend, path };
}
