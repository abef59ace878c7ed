import { open } from "node:fs/promises";

/** Makes renames in a folder last; a file system that can't is no reason to fail. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows and some network file systems refuse to sync a folder.
  }
}
