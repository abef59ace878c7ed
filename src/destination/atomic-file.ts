import { constants } from "node:fs";
import { chmod, copyFile, type FileHandle, link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isSealed } from "../store/seal.ts";
import { syncFolder } from "../store/sync-folder.ts";
import { sweepTemporaries, temporaryName, UNFINISHED } from "../store/temporary.ts";

/** Writes `path` through a synced temporary file beside it: readers see the old file or the whole new one. */
export async function writeAtomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    const file = await open(temporary, "wx", 0o644);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * A blob of the store under a second name, which costs no bytes; a copy where the file system can't, or where `source`
 * is somebody else's. Nobody writes into a sealed blob by mistake, and the store notices when it is done all the same.
 * False, and nothing written, when it does not have `size` bytes.
 */
export async function linkAtomically(source: string, path: string, size: number): Promise<boolean> {
  const stats = await lstat(source);
  if (!stats.isFile() || !isSealed(stats)) return copyAtomically(source, path, size);
  if (stats.size !== size) return false;
  const temporary = temporaryBeside(path);
  try {
    await link(source, temporary);
    await rename(temporary, path);
    return true;
  } catch {
    return copyAtomically(source, path, size);
  } finally {
    // Renaming does nothing where both are names of one file already.
    await rm(temporary, { force: true });
  }
}

/**
 * As writeAtomically, with the bytes of `source`, shared with it where the file system can. False, and nothing
 * written, when they are not `size` bytes.
 */
export async function copyAtomically(source: string, path: string, size: number): Promise<boolean> {
  const temporary = temporaryBeside(path);
  try {
    await copyFile(source, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    // A store keeps its blobs read-only, and copies inherit that; what is copied out belongs to the user.
    await chmod(temporary, 0o644);
    if ((await syncedSize(temporary)) !== size) return false;
    await rename(temporary, path);
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function syncedSize(path: string): Promise<number> {
  const file = await open(path, "r+");
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `${UNFINISHED}${temporaryName()}`);
}

/** Removes what runs that were killed left in a folder. One that can't be listed has nothing that is worth an error. */
export async function sweepLeftovers(folder: string): Promise<void> {
  await sweepTemporaries(folder, UNFINISHED).catch(() => {});
}
