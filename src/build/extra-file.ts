import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, posix, resolve } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { collectProblems } from "../input/problems.ts";
import type { ProjectSource } from "../layers/project.ts";
import type { FileSource } from "../layers/recipe.ts";
import { type HashCache, type HashedFile, hashFile } from "./hash-file.ts";
import { readHostModes } from "./host-modes.ts";
import type { IgnoreRules } from "./ignore-rules.ts";
import { inParallel } from "./in-parallel.ts";
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

export interface ExtraFileOptions {
  /** The context folder, absolute and real. */
  readonly root: string;
  /** What a relative `to` starts from: "app". */
  readonly destination: string;
  /** Absolute host paths that this build writes. */
  readonly outputs: ReadonlySet<string>;
  readonly cache?: HashCache;
  readonly signal?: AbortSignal;
}

export interface ReadExtraFile {
  readonly sources: readonly ProjectSource[];
  /** Host path of a file by the sha256 of its content. */
  readonly local: ReadonlyMap<string, string>;
}

/** What a user names one by one: neither ignore rules nor the look of a secret leave any of it out. */
const EVERYTHING: IgnoreRules = {
  verdict: () => ({ out: false, builtIn: false, inherited: false }),
  mustWalk: () => true,
  kept: () => true,
  enter: async () => {},
  source: ".gitignore",
};

/** The file, or all of the folder, at its place. Throws INPUT_NOT_FOUND and PROJECT_INVALID. */
export async function readExtraFile(extra: ExtraFile, options: ExtraFileOptions): Promise<ReadExtraFile> {
  const { root, destination, outputs, cache, signal } = options;
  const from = await realPath(resolve(root, extra.from), extra.from);
  const to = posix.resolve("/", destination, extra.to).slice(1);
  const attributes = { ...ownerOf(extra), ...(extra.mode === undefined ? {} : { mode: extra.mode }) };
  const sources: ProjectSource[] = [];
  const local = new Map<string, string>();
  const isFolder = (await stat(from)).isDirectory();
  const folder = isFolder ? from : dirname(from);
  const modes = await readHostModes(folder);
  const addFile = async (path: string, inside: string): Promise<void> => {
    const file = await hashFile(join(folder, inside), cache);
    const executable = modes.isExecutable(inside, file.executable, file.head);
    sources.push(fileSource(path, { ...file, executable }, attributes));
    local.set(file.sha256, join(folder, inside));
  };
  if (!isFolder) {
    await addFile(
      extra.to.endsWith("/") ? posix.join(to, posix.basename(extra.from.replaceAll("\\", "/"))) : to,
      basename(from),
    );
    return { sources, local };
  }
  const problems = collectProblems();
  const inside = await walkProject({ root: from, rules: EVERYTHING, modes, outputs, problems, signal });
  problems.check();
  await inParallel(inside.files, (path) => addFile(posix.join(to, path), path));
  for (const { path, target } of inside.links) {
    sources.push({ type: "symlink", path: posix.join(to, path), target });
  }
  return { sources, local };
}

/** A file as its layer has it: readable by all, and executable by all or by none. */
export function fileSource(path: string, file: HashedFile, attributes: Partial<FileSource>): FileSource {
  const mode = file.executable ? 0o755 : 0o644;
  return { type: "file", path, mode, sha256: file.sha256, size: file.size, ...attributes };
}

export function ownerOf(of: { readonly uid?: number; readonly gid?: number }): { uid?: number; gid?: number } {
  return { ...(of.uid === undefined ? {} : { uid: of.uid }), ...(of.gid === undefined ? {} : { gid: of.gid }) };
}

/** The path without links; `shown` is what a message calls it. Throws INPUT_NOT_FOUND. */
export async function realPath(path: string, shown: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") throw error;
    throw new OciasmError("INPUT_NOT_FOUND", `there is no ${shown}`, { cause: error });
  }
}
