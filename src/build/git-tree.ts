import { OciasmError } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import type { BuildDeps } from "./deps.ts";
import { fetchPack, type GitCommit } from "./git-fetch.ts";
import { type GitObject, readPack } from "./git-pack.ts";
import type { PackageIndex } from "./index-step.ts";
import { MAX_TREE_FILES, type SourceTree, sourceTree, type TreeFile } from "./source-tree.ts";

/**
 * The files of a commit, each checked against the commit's own name. Submodules are left out, and of what LFS keeps
 * the pointer is taken: both are told.
 */
export async function readGitTree(
  { url, commit }: GitCommit,
  index: PackageIndex,
  deps: BuildDeps,
): Promise<SourceTree> {
  const { tree, submodules } = gitTree(readPack(await fetchPack({ url, commit }, index, deps)), commit);
  const warn = (paths: readonly string[], what: string): void => {
    if (paths.length === 0) return;
    const more = paths.length === 1 ? "" : ` and ${paths.length - 1} more`;
    deps.report({ type: "warning", message: `${redactUrl(url)}: ${paths[0]}${more} ${what}` });
  };
  warn(submodules, "is a submodule, and left out");
  warn(pointers(tree), "is kept by LFS: what the build sees is a pointer to it");
  return tree;
}

const POINTER = "version https://git-lfs.github.com/spec/v1\n";

/** git-lfs, docs/spec.md: the pointer is below 1024 bytes. */
function pointers({ files }: SourceTree): readonly string[] {
  return files
    .filter(
      ({ bytes }) =>
        bytes.length < 1024 && Buffer.from(bytes.subarray(0, POINTER.length)).toString("latin1") === POINTER,
    )
    .map(({ path }) => path);
}

interface CommitFiles {
  readonly tree: SourceTree;
  /** Paths. */
  readonly submodules: readonly string[];
}

/** Throws ARCHIVE_INVALID where objects are missing or of a wrong kind. */
export function gitTree(objects: ReadonlyMap<string, GitObject>, commit: string): CommitFiles {
  const head = Buffer.from(wanted(objects, commit, "commit")).toString("latin1");
  const tree = /^tree ([0-9a-f]{40})\n/.exec(head)?.[1];
  if (tree === undefined) throw broken(`commit ${commit} has no tree`);
  const files: TreeFile[] = [];
  const submodules: string[] = [];
  const walk = (name: string, prefix: string, depth: number): void => {
    if (depth > 100) throw broken("its folders are nested too deep");
    for (const entry of treeEntries(wanted(objects, name, "tree"))) {
      const path = `${prefix}${entry.name}`;
      if (entry.mode === "40000") walk(entry.id, `${path}/`, depth + 1);
      else if (entry.mode === "160000") submodules.push(path);
      else files.push(fileOf(path, entry, objects));
      if (files.length > MAX_TREE_FILES) throw broken("it has too many files");
    }
  };
  walk(tree, "", 0);
  return { tree: sourceTree(files), submodules };
}

interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

function* treeEntries(data: Uint8Array): Generator<TreeEntry, void, undefined> {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    if (end < 0 || end + 21 > bytes.length) throw broken("a folder of it is cut off");
    const [, mode = "", name = ""] = /^(\d{5,6}) (.+)$/su.exec(bytes.toString("utf8", at, end)) ?? [];
    if (name === "" || name === "." || name === ".." || name.includes("/") || name.toLowerCase() === ".git") {
      throw broken(`it has a file of the name ${JSON.stringify(name)}`);
    }
    yield { mode, name, id: bytes.toString("hex", end + 1, end + 21) };
    at = end + 21;
  }
}

function fileOf(path: string, { mode, id }: TreeEntry, objects: ReadonlyMap<string, GitObject>): TreeFile {
  const bytes = wanted(objects, id, "blob");
  if (mode !== "120000") return { path, bytes, mode: mode === "100755" ? 0o755 : 0o644 };
  const target = Buffer.from(bytes).toString("utf8");
  const depth = path.split("/").length - 1;
  const ups = target.split("/").filter((part) => part === "..").length;
  if (target.startsWith("/") || ups > depth) throw broken(`its link ${path} leaves the repository`);
  return { path, bytes, mode: "link" };
}

function wanted(objects: ReadonlyMap<string, GitObject>, id: string, type: GitObject["type"]): Uint8Array {
  const object = objects.get(id);
  if (object?.type === type) return object.data;
  throw broken(`${type} ${id} is missing`);
}

function broken(problem: string): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `the repository can't be read: ${problem}`);
}
