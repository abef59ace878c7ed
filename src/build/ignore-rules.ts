import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { systemCode } from "../errors.ts";
import type { DockerIgnore } from "./dockerignore.ts";
import { findRepository } from "./find-repository.ts";
import { decide, type IgnoreFile, matchesWithin, mayMatchBelow, parseIgnore } from "./gitignore.ts";

/** What the rules say of one path. */
export interface Verdict {
  readonly out: boolean;
  /** Left out by a rule that no ignore file can lift: version control, caches. */
  readonly builtIn: boolean;
  /** What lies below is out too, whatever other ignore rules say. */
  readonly inherited: boolean;
}

export interface IgnoreRules {
  /** `path` as parts from the context; `inherited` is the verdict's of the folder around it. */
  verdict(path: readonly string[], isDirectory: boolean, inherited: boolean): Verdict;
  /** Whether a folder that is out must be walked for what a `!` rule or `keep` brings back. */
  mustWalk(path: readonly string[], inherited: boolean): boolean;
  /** Whether `keep` names the path: stronger than every ignore file and than the look of a secret. */
  kept(path: readonly string[], isDirectory: boolean): boolean;
  /** Reads the folder's own .gitignore, if git's rules are in force. */
  enter(path: readonly string[]): Promise<void>;
  /** The ignore file in force, for messages. */
  readonly source: ".dockerignore" | ".gitignore";
}

export interface IgnoreChoice {
  /** Absolute and real. */
  readonly root: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly keep: readonly string[];
}

/** Never part of an application, wherever they are. */
const BUILT_IN = new Set([
  ".git",
  ".hg",
  ".svn",
  ".bzr",
  ".jj",
  "_darcs",
  "CVS",
  "__pycache__",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".hypothesis",
  ".ipynb_checkpoints",
  ".tox",
  ".nox",
  ".venv",
  // Where the reusable workflow checks the action out.
  ".ociasm",
  ".DS_Store",
]);
const COMPILED = /\.py[co]$/;

/** .dockerignore, else .gitignore files (those above the context too, up to the repository's root), and .ociasmignore. */
export async function readIgnoreRules(choice: IgnoreChoice): Promise<IgnoreRules> {
  const docker = await readIfThere(join(choice.root, ".dockerignore"));
  const own = await readIfThere(join(choice.root, ".ociasmignore"));
  const extra: IgnoreFile[] = [
    { base: [], rules: parseIgnore(own ?? "") },
    { base: [], rules: parseIgnore(choice.exclude.join("\n")) },
  ];
  const include = parseIgnore(choice.include.join("\n"));
  const keep = parseIgnore(choice.keep.join("\n"));
  const base = docker === undefined ? await gitBase(choice.root) : await dockerBase(docker);
  const isIncluded = (path: readonly string[], isDirectory: boolean): boolean =>
    include.length === 0 || isDirectory || matchesWithin(include, path, false);
  return {
    source: docker === undefined ? ".gitignore" : ".dockerignore",
    kept: (path, isDirectory) => matchesWithin(keep, path, isDirectory),
    mustWalk: (path, inherited) => (base.hasExceptions && !inherited) || (keep.length > 0 && mayMatchBelow(keep, path)),
    enter: base.enter,
    verdict: (path, isDirectory, inherited) => {
      const name = path.at(-1) ?? "";
      if (BUILT_IN.has(name) || (!isDirectory && COMPILED.test(name)))
        return { out: true, builtIn: true, inherited: true };
      const own = inherited ? true : decide(extra, path, isDirectory);
      if (own === true) return { out: true, builtIn: false, inherited: true };
      if (own === undefined && base.ignores(path, isDirectory)) {
        return { out: true, builtIn: false, inherited: base.inherits };
      }
      return { out: !isIncluded(path, isDirectory), builtIn: false, inherited: false };
    },
  };
}

interface BaseRules {
  ignores(path: readonly string[], isDirectory: boolean): boolean;
  enter(path: readonly string[]): Promise<void>;
  /** An ignored folder can't be opened again further in: git's rule, not Docker's. */
  readonly inherits: boolean;
  readonly hasExceptions: boolean;
}

async function dockerBase(text: string): Promise<BaseRules> {
  const rules: DockerIgnore = (await import("./dockerignore.ts")).parseDockerIgnore(text);
  return {
    ignores: (path) => rules.ignores(path.join("/")),
    enter: async () => {},
    inherits: false,
    hasExceptions: rules.hasExceptions,
  };
}

/** Paths are taken from the repository's root, so that a rule above the context still means what git says. */
async function gitBase(root: string): Promise<BaseRules> {
  const repository = (await findRepository(root)) ?? root;
  const prefix = relative(repository, root).split(sep).filter(Boolean);
  const files: IgnoreFile[] = [];
  const read = async (parts: readonly string[]): Promise<void> => {
    const text = await readIfThere(join(repository, ...parts, ".gitignore"));
    if (text !== undefined) files.push({ base: parts, rules: parseIgnore(text) });
  };
  for (let length = 0; length < prefix.length; length++) await read(prefix.slice(0, length));
  return {
    ignores: (path, isDirectory) => decide(files, [...prefix, ...path], isDirectory) === true,
    enter: (path) => read([...prefix, ...path]),
    inherits: true,
    hasExceptions: false,
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}
