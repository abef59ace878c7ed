import { realpath, stat } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { collectProblems } from "../input/problems.ts";
import type { DirectorySource, FileSource, LinkSource } from "../layers/recipe.ts";
import { type HashCache, type HashedFile, hashFile } from "./hash-file.ts";
import { readIgnoreRules } from "./ignore-rules.ts";
import { secretByContent } from "./secret-files.ts";
import { walkProject } from "./walk-project.ts";

/** A file or folder that is copied to a place of its own. */
export interface ExtraFile {
  /** Path on this host, relative to the context or absolute. */
  readonly from: string;
  /** Absolute path in the image, or relative to the destination; one that ends in a slash is a folder. */
  readonly to: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

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

export type ProjectSource = FileSource | LinkSource | DirectorySource;

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

/** Files open at once. */
const PARALLEL = 16;

/**
 * The project as a layer wants it: modes 0644 and 0755, links as links, no secrets. Throws PROJECT_INVALID with every
 * socket, device, fifo and link that leaves the context.
 */
export async function readProjectFiles(request: ProjectRequest): Promise<ProjectFiles> {
  const root = await realFolder(request.context);
  const rules = await readIgnoreRules({ ...request, root });
  const problems = collectProblems();
  const outputs = new Set(request.outputs.flatMap((path) => [resolve(path), resolve(root, path)]));
  const found = await walkProject({ root, rules, outputs, problems, signal: request.signal });
  problems.check();
  const secrets = [...found.secrets];
  const local = new Map<string, string>();
  const sources = new Map<string, ProjectSource>();
  const owner = ownerOf(request);
  const place = (path: string): string => posix.join(request.destination, path);
  await inParallel(found.files, async (path) => {
    request.signal?.throwIfAborted();
    const host = join(root, path);
    const file = await hashFile(host, request.cache);
    if (!rules.kept(path.split("/"), false) && secretByContent(path, file.head)) secrets.push(path);
    else addFile(place(path), host, file);
  });
  for (const { path, target } of found.links) {
    sources.set(place(path), { type: "symlink", path: place(path), target });
  }
  for (const path of found.emptyDirectories) {
    sources.set(place(path), { type: "directory", path: place(path), mode: 0o755, ...owner });
  }
  for (const extra of request.extra) await addExtra(extra);
  return {
    sources: [...sources.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    local,
    secrets: secrets.sort(),
    leftOut: found.leftOut,
    ignoredBy: rules.source,
  };

  function addFile(path: string, host: string, file: HashedFile, attributes: Partial<FileSource> = owner): void {
    const mode = file.executable ? 0o755 : 0o644;
    sources.set(path, { type: "file", path, mode, sha256: file.sha256, size: file.size, ...attributes });
    if (!local.has(file.sha256)) local.set(file.sha256, host);
  }

  /** Named by the user one by one, so neither ignore rules nor the look of a secret stop them. */
  async function addExtra(extra: ExtraFile): Promise<void> {
    const from = await realPath(resolve(root, extra.from), extra.from);
    const to = posix.resolve("/", request.destination, extra.to).slice(1);
    const attributes = { ...owner, ...ownerOf(extra), ...(extra.mode === undefined ? {} : { mode: extra.mode }) };
    if (!(await stat(from)).isDirectory()) {
      const path = extra.to.endsWith("/") ? posix.join(to, posix.basename(extra.from.replaceAll("\\", "/"))) : to;
      addFile(path, from, await hashFile(from, request.cache), attributes);
      return;
    }
    const rulesOfAll = { ...rules, enter: async () => {}, kept: () => true };
    const inside = await walkProject({ root: from, rules: rulesOfAll, outputs, problems, signal: request.signal });
    problems.check();
    await inParallel(inside.files, async (path) => {
      const host = join(from, path);
      addFile(posix.join(to, path), host, await hashFile(host, request.cache), attributes);
    });
    for (const { path, target } of inside.links) {
      sources.set(posix.join(to, path), { type: "symlink", path: posix.join(to, path), target });
    }
  }
}

function ownerOf(of: { readonly uid?: number; readonly gid?: number }): { uid?: number; gid?: number } {
  return { ...(of.uid === undefined ? {} : { uid: of.uid }), ...(of.gid === undefined ? {} : { gid: of.gid }) };
}

async function realFolder(context: string): Promise<string> {
  const root = await realPath(resolve(context), context);
  if ((await stat(root)).isDirectory()) return root;
  throw new OciasmError("INPUT_NOT_FOUND", `${context} is not a folder`, { hint: "name the folder of the project" });
}

async function realPath(path: string, shown: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") throw error;
    throw new OciasmError("INPUT_NOT_FOUND", `there is no ${shown}`, { cause: error });
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failed) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
