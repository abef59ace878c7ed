import { readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { OciasmError } from "../errors.ts";
import { collectProblems } from "../input/problems.ts";
import { readHostModes } from "./host-modes.ts";
import { readIgnoreRules } from "./ignore-rules.ts";
import { MAX_TREE_BYTES, MAX_TREE_FILES, type SourceTree, sourceTree, type TreeFile } from "./source-tree.ts";
import { walkProject } from "./walk-project.ts";

/**
 * A project's folder as its backend shall see it: less version control, caches, environments, what .gitignore (or
 * .dockerignore) leaves out, and what looks like a secret. Throws INPUT_NOT_FOUND, PROJECT_INVALID.
 */
export async function readFolderTree(folder: string, label: string, signal: AbortSignal): Promise<SourceTree> {
  const root = await realpath(folder).catch((error: unknown) => {
    throw new OciasmError("INPUT_NOT_FOUND", `${label}: there is no folder ${folder}`, { cause: error });
  });
  const rules = await readIgnoreRules({ root, include: [], exclude: [], keep: FOR_BACKENDS });
  const problems = collectProblems();
  const modes = await readHostModes(root);
  const found = await walkProject({ root, rules, modes, outputs: new Set(), problems, signal });
  problems.check();
  if (found.files.length > MAX_TREE_FILES) throw tooLarge(label, `${found.files.length} files`);
  const files: TreeFile[] = [];
  let total = 0;
  for (const path of found.files) {
    const { mode, size } = await stat(join(root, path));
    total += size;
    if (total > MAX_TREE_BYTES) throw tooLarge(label, `more than ${MAX_TREE_BYTES} bytes`);
    const bytes = await readFile(join(root, path));
    files.push({ path, bytes, mode: modes.isExecutable(path, (mode & 0o111) !== 0, bytes) ? 0o755 : 0o644 });
  }
  const links = found.links.map(({ path, target }): TreeFile => {
    return { path, bytes: new TextEncoder().encode(target), mode: "link" };
  });
  return sourceTree([...files, ...links]);
}

/** What a .dockerignore leaves out of the image, and a build reads. */
const FOR_BACKENDS = [
  "/pyproject.toml",
  "/setup.py",
  "/setup.cfg",
  "/MANIFEST.in",
  "/README*",
  "/LICEN[CS]E*",
  "/COPYING*",
  "/NOTICE*",
  "/AUTHORS*",
  "/CHANGE*",
];

function tooLarge(label: string, what: string): OciasmError {
  return new OciasmError("PROJECT_INVALID", `the folder of ${label} has ${what}`, {
    hint: "leave out what is no source with .gitignore or .ociasmignore",
  });
}
