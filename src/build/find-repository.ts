import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The nearest folder at or above `root` that holds `.git`. */
export async function findRepository(root: string): Promise<string | undefined> {
  for (let folder = root; ; folder = dirname(folder)) {
    if (await exists(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
