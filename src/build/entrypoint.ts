import type { ProjectMetadata } from "./project-metadata.ts";

/** What runs when nobody says so. */
export interface EntrypointGuess {
  /** Exec form; `["python"]` when nothing or too much was found. */
  readonly command: readonly string[];
  /** Where it comes from: "project.scripts", "myapp/__main__.py". */
  readonly from?: string;
  /** The launcher that must exist in the environment's bin for the command to work. */
  readonly script?: { readonly name: string; readonly target: string };
  /** Several candidates, of which none is guessed. */
  readonly candidates: readonly string[];
}

/** What there is in the context to run. */
export interface Runnable {
  readonly metadata: ProjectMetadata;
  /** Importable packages with a `__main__.py`, as paths from the context: "myapp", "src/myapp". */
  readonly mainPackages: readonly string[];
  /** Names of the files at the context's top. */
  readonly fileNames: readonly string[];
}

/** The only console script, else the only package with a `__main__`, else main.py or app.py. Never one of several. */
export function guessEntrypoint({ metadata, mainPackages, fileNames }: Runnable): EntrypointGuess {
  const scripts = Object.keys(metadata.scripts).sort();
  const [script] = scripts;
  if (script !== undefined) {
    const target = metadata.scripts[script] ?? "";
    if (scripts.length > 1) return unclear(scripts);
    return { command: [script], from: "project.scripts", script: { name: script, target }, candidates: [] };
  }
  const modules = mainPackages.map((path) => ({
    path,
    command: ["python", "-m", path.slice(path.lastIndexOf("/") + 1)],
  }));
  const [module] = modules;
  if (module !== undefined) {
    if (modules.length > 1) return unclear(modules.map(({ command }) => command.join(" ")));
    return { command: module.command, from: `${module.path}/__main__.py`, candidates: [] };
  }
  const files = ["main.py", "app.py"].filter((name) => fileNames.includes(name));
  const [file] = files;
  if (file === undefined) return { command: ["python"], candidates: [] };
  if (files.length > 1) return unclear(files.map((name) => `python ${name}`));
  return { command: ["python", file], from: file, candidates: [] };
}

function unclear(candidates: readonly string[]): EntrypointGuess {
  return { command: ["python"], candidates };
}
