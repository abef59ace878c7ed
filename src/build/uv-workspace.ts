import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OciasmError } from "../errors.ts";
import type { PackageSource } from "../input/request.ts";
import { readTomlNodes } from "../input/toml-node.ts";
import { readUvSources } from "../input/uv-sources.ts";
import { normalizeName } from "../python/name.ts";
import { compileGlob, type Glob, matchGlob } from "./wildmatch.ts";

/** A pyproject.toml as far as its workspace, its name and its sources go. */
interface Project {
  readonly folder: string;
  readonly name: string | undefined;
  readonly sources: readonly PackageSource[];
  /** Patterns of folders; undefined for what is no root of a workspace. */
  readonly members?: readonly string[];
  readonly excluded: readonly string[];
}

/** Folders are looked for no deeper than this below the root, whatever a pattern says. */
const MAX_DEPTH = 6;
const PASSED_OVER = /^(?:\..*|node_modules|__pycache__)$/;

/**
 * `[tool.uv.sources]` of the project in a folder, then those of the workspace around it, which hold for its members
 * where they say nothing else themselves.
 */
export async function sourcesOf(folder: string): Promise<readonly PackageSource[]> {
  const own = await readProject(folder);
  const root = await workspaceRoot(folder);
  const known = new Set(own?.sources.map(({ name }) => name));
  return [...(own?.sources ?? []), ...(root?.sources ?? []).filter(({ name }) => !known.has(name))];
}

/** The folder of the workspace's member of that name; `folder` is the root or a member. Throws INPUT_NOT_FOUND. */
export async function memberFolder(name: string, folder: string): Promise<string> {
  const root = await workspaceRoot(folder);
  if (root?.name === name) return root.folder;
  for (const member of root === undefined ? [] : await memberFolders(root, [])) {
    if ((await readProject(member))?.name === name) return member;
  }
  const where = root === undefined ? `there is no workspace around ${folder}` : `${root.folder} has no such member`;
  throw new OciasmError("INPUT_NOT_FOUND", `${name} is to come from the workspace, and ${where}`, {
    hint: "list its folder in [tool.uv.workspace] members",
  });
}

async function workspaceRoot(folder: string): Promise<Project | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const project = await readProject(at);
    if (project?.members !== undefined) return project;
    if (dirname(at) === at) return undefined;
  }
}

/** Those below `path` that a pattern matches, in the order of their names. */
async function memberFolders({ folder, members = [], excluded }: Project, path: readonly string[]): Promise<string[]> {
  const [wanted, refused] = [globs(members), globs(excluded)];
  const found: string[] = [];
  const walk = async (at: readonly string[]): Promise<void> => {
    if (at.length > 0 && matches(wanted, at) && !matches(refused, at)) found.push(join(folder, ...at));
    if (at.length >= MAX_DEPTH) return;
    const entries = await readdir(join(folder, ...at), { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory() && !PASSED_OVER.test(entry.name));
    for (const { name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) await walk([...at, name]);
  };
  await walk(path);
  return found;
}

function globs(patterns: readonly string[]): readonly Glob[] {
  return patterns.map((pattern) => compileGlob(pattern.replace(/^\.\/|\/+$/g, "")));
}

function matches(patterns: readonly Glob[], path: readonly string[]): boolean {
  return patterns.some((glob) => matchGlob(glob, path));
}

async function readProject(folder: string): Promise<Project | undefined> {
  const file = join(folder, "pyproject.toml").replaceAll("\\", "/");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { root } = readTomlNodes(file, text);
  const name = (root.at("project", "name") ?? root.at("tool", "poetry", "name"))?.string();
  const workspace = root.at("tool", "uv", "workspace");
  const texts = (key: string): readonly string[] =>
    (workspace?.at(key)?.strings() ?? []).flatMap((node) => node.string() ?? []);
  return {
    folder,
    name: name === undefined ? undefined : normalizeName(name),
    sources: readUvSources(root.at("tool", "uv", "sources"), file),
    ...(workspace === undefined ? {} : { members: texts("members") }),
    excluded: texts("exclude"),
  };
}
