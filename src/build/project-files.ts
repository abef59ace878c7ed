import { stat } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { OciasmError } from "../errors.ts";
import { collectProblems } from "../input/problems.ts";
import type { ProjectSource } from "../layers/project.ts";
import { type ExtraFile, fileSource, ownerOf, readExtraFile, realPath } from "./extra-file.ts";
import { type HashCache, type HashedFile, hashFile } from "./hash-file.ts";
import { readHostModes } from "./host-modes.ts";
import { readIgnoreRules } from "./ignore-rules.ts";
import { inParallel } from "./in-parallel.ts";
import { secretByContent } from "./secret-files.ts";
import { walkProject } from "./walk-project.ts";

export interface ProjectRequest {
  /** The context folder. */
  readonly context: string;
  /** Image path without a leading slash: "app". */
  readonly destination: string;
  /** gitignore patterns. Only what matches `include` is taken, `exclude` goes out, `keep` stays whatever else says. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly keep: readonly string[];
  readonly extra: readonly ExtraFile[];
  /** Host paths that this build writes, e.g. `-o out/`: no part of the project. */
  readonly outputs: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  readonly cache?: HashCache;
  readonly signal?: AbortSignal;
}

export interface ProjectFiles {
  /** Sorted by path (code units), each path once. */
  readonly sources: readonly ProjectSource[];
  /** Host path of a file by the sha256 of its content. */
  readonly local: ReadonlyMap<string, string>;
  /** Files that look like credentials and stay out; relative to the context. */
  readonly secrets: readonly string[];
  /** How many files and folders ignore rules left out. */
  readonly leftOut: number;
  /** The ignore file that was in force. */
  readonly ignoredBy: ".dockerignore" | ".gitignore";
}

/**
 * The project as a layer wants it: modes 0644 and 0755, links as links, no secrets. Throws PROJECT_INVALID with every
 * socket, device, fifo and link that leaves the context.
 */
export async function readProjectFiles(request: ProjectRequest): Promise<ProjectFiles> {
  const root = await realFolder(request.context);
  const rules = await readIgnoreRules({ ...request, root });
  const problems = collectProblems();
  const outputs = new Set(request.outputs.flatMap((path) => [resolve(path), resolve(root, path)]));
  const modes = await readHostModes(root);
  const found = await walkProject({ root, rules, modes, outputs, problems, signal: request.signal });
  problems.check();
  const secrets = [...found.secrets];
  const local = new Map<string, string>();
  const sources = new Map<string, ProjectSource>();
  const owner = ownerOf(request);
  const place = (path: string): string => posix.join(request.destination, path);
  await inParallel(found.files, async (path) => {
    request.signal?.throwIfAborted();
    const host = join(root, path);
    const read = await hashFile(host, request.cache);
    const file = { ...read, executable: modes.isExecutable(path, read.executable, read.head) };
    if (!rules.kept(path.split("/"), false) && secretByContent(path, file.head)) secrets.push(path);
    else addFile(place(path), host, file);
  });
  for (const { path, target } of found.links) {
    sources.set(place(path), { type: "symlink", path: place(path), target });
  }
  for (const path of found.emptyDirectories) {
    sources.set(place(path), { type: "directory", path: place(path), mode: 0o755, ...owner });
  }
  for (const extra of request.extra) {
    const read = await readExtraFile({ ...owner, ...extra }, { ...request, root, outputs });
    for (const source of read.sources) sources.set(source.path, source);
    for (const [sha256, host] of read.local) if (!local.has(sha256)) local.set(sha256, host);
  }
  return {
    sources: [...sources.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    local,
    secrets: secrets.sort(),
    leftOut: found.leftOut,
    ignoredBy: rules.source,
  };

  function addFile(path: string, host: string, file: HashedFile): void {
    sources.set(path, fileSource(path, file, owner));
    if (!local.has(file.sha256)) local.set(file.sha256, host);
  }
}

async function realFolder(context: string): Promise<string> {
  const root = await realPath(resolve(context), context);
  if ((await stat(root)).isDirectory()) return root;
  throw new OciasmError("INPUT_NOT_FOUND", `${context} is not a folder`, { hint: "name the folder of the project" });
}
