import { createHash } from "node:crypto";
import { OciasmError } from "../errors.ts";

/** A file of a project's sources. */
export interface TreeFile {
  /** Relative to the project, with slashes, in its plain form. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** "link" has its target as `bytes`. */
  readonly mode: 0o644 | 0o755 | "link";
}

/** Sources in memory, sorted by path. */
export interface SourceTree {
  readonly files: readonly TreeFile[];
  /** Hex, over paths, modes and contents. */
  readonly sha256: string;
}

/** What all files together may have, and how many they may be. */
export const MAX_TREE_BYTES: number = 2 ** 29;
export const MAX_TREE_FILES = 100_000;

export function sourceTree(files: readonly TreeFile[]): SourceTree {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = createHash("sha256");
  for (const { path, mode, bytes } of sorted) {
    hash.update(JSON.stringify([path, mode, bytes.length]));
    hash.update(bytes);
  }
  return { files: sorted, sha256: hash.digest("hex") };
}

export function textOf(tree: SourceTree, path: string): string | undefined {
  const file = tree.files.find((each) => each.path === path && each.mode !== "link");
  return file === undefined ? undefined : new TextDecoder().decode(file.bytes);
}

/** A part of a tree as a tree of its own; throws PROJECT_INVALID where it holds nothing. */
export function subtree(tree: SourceTree, folder: string, label: string): SourceTree {
  const prefix = `${folder.replace(/\/+$/, "")}/`;
  const files = tree.files
    .filter(({ path }) => path.startsWith(prefix))
    .map((file) => ({ ...file, path: file.path.slice(prefix.length) }));
  if (files.length > 0) return sourceTree(files);
  throw new OciasmError("PROJECT_INVALID", `${label} has no folder ${folder}`);
}
