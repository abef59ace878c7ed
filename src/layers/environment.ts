import * as posix from "node:path/posix";
import { passedDirectories } from "./directories.ts";
import type { DirectorySource, LayerRecipe, LayerSource, LinkSource, TextSource } from "./recipe.ts";
import { sortedByPath, sourcePath } from "./sources.ts";
import type { LayerContext } from "./wheel-layers.ts";

export interface EnvironmentInput extends LayerContext {
  readonly python: {
    /** With the patch level: "3.11.2". */
    readonly version: string;
    readonly freeThreaded: boolean;
    /** Absolute path in the image. */
    readonly executable: string;
  };
  /** Working directory of the image, without a leading slash. */
  readonly workdir: string;
  /** Accounts and what else the base lacks. */
  readonly more?: readonly LayerSource[];
}

/**
 * The small layer that makes the tree a virtual environment: pyvenv.cfg, the interpreter's links, and the links
 * that stand for this Python's own directory names. It is all that knows the Python minor.
 */
export function environmentRecipe(input: EnvironmentInput): LayerRecipe {
  const sources: LayerSource[] = [
    ...directorySources(input),
    configSource(input),
    ...interpreterLinks(input),
    ...schemeLinks(input),
  ];
  // The home of an account may be a directory that is here already.
  const own = new Set(sources.map(sourcePath));
  sources.push(...(input.more ?? []).filter((source) => !own.has(sourcePath(source))));
  return recipeOf("environment", sources, input);
}

/** Accounts alone, for an image without a Python. */
export function accountsRecipe(sources: readonly LayerSource[], context: LayerContext): LayerRecipe {
  return recipeOf("accounts", sources, context);
}

function recipeOf(title: string, sources: readonly LayerSource[], context: LayerContext): LayerRecipe {
  const { scheme, codec, mtime } = context;
  const paths = sources.map((source) => sourcePath(source) ?? "");
  const directories = passedDirectories(paths, context.directories);
  return {
    kind: "environment",
    title,
    packages: [],
    sources: sortedByPath(sources),
    scheme,
    codec,
    mtime,
    directories,
  };
}

/** "3.11", or "3.13t" for a free-threaded build: what stands in the names of a Python's own directories. */
function pythonSuffix(python: EnvironmentInput["python"]): string {
  const [major = "", minor = ""] = python.version.split(".");
  return `${major}.${minor}${python.freeThreaded ? "t" : ""}`;
}

// A directory that the base has with other attributes keeps them: those come by `directories`.
function directorySources({ scheme, workdir, directories }: EnvironmentInput): DirectorySource[] {
  const paths = new Set([workdir, scheme.data, scheme.site, scheme.scripts, scheme.headers]);
  return [...paths]
    .filter((path) => !directories.some((directory) => directory.path === path))
    .map((path) => ({ type: "directory", path, mode: 0o755 }));
}

function configSource({ scheme, python }: EnvironmentInput): TextSource {
  const text = [
    `home = ${posix.dirname(python.executable)}`,
    "include-system-site-packages = false",
    `version = ${python.version}`,
    "",
  ].join("\n");
  return { type: "text", path: `${scheme.data}/pyvenv.cfg`, mode: 0o644, text };
}

// As venv makes them: one link to the interpreter, and its other names beside it.
function interpreterLinks({ scheme, python }: EnvironmentInput): LinkSource[] {
  const link = (name: string, target: string): LinkSource => ({
    type: "symlink",
    path: `${scheme.scripts}/${name}`,
    target,
  });
  const names = new Set(["python3", `python${pythonSuffix({ ...python, freeThreaded: false })}`]);
  if (python.freeThreaded) names.add(`python${pythonSuffix(python)}`);
  return [link("python", python.executable), ...[...names].map((name) => link(name, "python"))];
}

function schemeLinks({ scheme, python }: EnvironmentInput): LinkSource[] {
  const minor = pythonSuffix(python).slice(pythonSuffix(python).indexOf(".") + 1);
  return Object.entries(scheme.links).map(([pattern, target]) => {
    const path = pattern.replaceAll("*", minor);
    return { type: "symlink", path, target: posix.relative(posix.dirname(path), target) };
  });
}
