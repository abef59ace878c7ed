import { readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { systemCode } from "../errors.ts";
import { findRepository } from "./find-repository.ts";
import { readGitIndex } from "./git-index.ts";

/** What a folder's file system can't tell of its files; paths are relative to the folder, with forward slashes. */
export interface HostModes {
  /** `told` is what the file system says, `head` how the file starts. */
  isExecutable(path: string, told: boolean, head: Uint8Array): boolean;
  /** Whether a file is a link that a checkout wrote as a text of its target. */
  isLink(path: string): boolean;
}

const TOLD: HostModes = { isExecutable: (_path, told) => told, isLink: () => false };
const MAX_INDEX = 256 * 2 ** 20;

/**
 * Where the file system has no permission bits, as Windows', git's index says which tracked files are executable and
 * which are links; of others those are executable that name their interpreter.
 */
export async function readHostModes(folder: string): Promise<HostModes> {
  // A folder that can be entered says so wherever anything is told.
  if (((await stat(folder)).mode & 0o111) !== 0) return TOLD;
  const repository = await findRepository(folder);
  const prefix = repository === undefined ? "" : relative(repository, folder).split(sep).join("/");
  const tracked = repository === undefined ? undefined : await readIndex(repository);
  const kindOf = (path: string) => tracked?.get(prefix === "" ? path : `${prefix}/${path}`);
  return {
    isExecutable: (path, _told, [first, second]) => {
      const kind = kindOf(path);
      return kind === undefined ? first === 0x23 && second === 0x21 : kind === "executable";
    },
    isLink: (path) => kindOf(path) === "link",
  };
}

async function readIndex(repository: string): Promise<ReturnType<typeof readGitIndex>> {
  const own = join(repository, ".git");
  try {
    // Of a worktree or a submodule `.git` is a file that says where it is.
    const folder = (await stat(own)).isDirectory() ? own : /^gitdir: (.+)/.exec(await readFile(own, "utf8"))?.[1];
    if (folder === undefined) return undefined;
    const path = join(resolve(repository, folder), "index");
    return (await stat(path)).size > MAX_INDEX ? undefined : readGitIndex(await readFile(path));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
