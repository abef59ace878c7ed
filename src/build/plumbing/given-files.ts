import type { ProjectSource } from "../../layers/project.ts";
import { ownerOf, realPath } from "../extra-file.ts";
import { hashFile } from "../hash-file.ts";
import type { LayerParams } from "./layer-params.ts";

/** The files of a layer, and where each lies on this host by sha256 hex. */
export interface GivenFiles {
  readonly sources: readonly ProjectSource[];
  readonly local: ReadonlyMap<string, string>;
}

const FILE = 0o644;
const DIRECTORY = 0o755;

/** Modes come from the parameters alone: build systems hand files over with modes of their own. Throws INPUT_NOT_FOUND. */
export async function readFiles({
  files = [],
  texts = [],
  links = [],
  directories = [],
}: LayerParams): Promise<GivenFiles> {
  const sources: ProjectSource[] = [];
  const local = new Map<string, string>();
  for (const file of files) {
    const path = await realPath(file.from, file.from);
    const { sha256, size } = await hashFile(path);
    sources.push({ type: "file", path: file.to.slice(1), mode: file.mode ?? FILE, ...ownerOf(file), sha256, size });
    local.set(sha256, path);
  }
  for (const { to, text, mode = FILE, ...owner } of texts) {
    sources.push({ type: "text", path: to.slice(1), mode, ...ownerOf(owner), text });
  }
  for (const { to, target } of links) sources.push({ type: "symlink", path: to.slice(1), target });
  for (const { to, mode = DIRECTORY, ...owner } of directories) {
    sources.push({ type: "directory", path: to.slice(1), mode, ...ownerOf(owner) });
  }
  return { sources, local };
}
