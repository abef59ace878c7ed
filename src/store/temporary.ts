import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { sha256Hex } from "./sha256.ts";

/** Files of other hosts (a cache on a network drive, or in another container) are left alone for so long. */
const FOREIGN_AGE = 24 * 3600 * 1000;

/** Prefix of unfinished files in folders that are not ours alone; nothing reads them. */
export const UNFINISHED = ".ociasm-";

const here = sha256Hex(hostname()).slice(0, 8);

/** A new name for an unfinished file; it tells host and process, so that others see when nobody works on it any more. */
export function temporaryName(): string {
  return `${here}-${process.pid}-${randomBytes(8).toString("hex")}`;
}

/** Gives names below `folder` that tell host and process, and removes what dead processes left there. */
export function temporaryNames(folder: string): () => Promise<string> {
  let ready: Promise<void> | undefined;
  return async () => {
    ready ??= prepare(folder);
    await ready.catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return join(folder, temporaryName());
  };
}

async function prepare(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await sweepUnfinished(folder);
}

/** Removes what dead processes left in a folder of unfinished files, and what they began beside such a file. */
export async function sweepUnfinished(folder: string): Promise<void> {
  await Promise.all(["", UNFINISHED].map((prefix) => sweepTemporaries(folder, prefix)));
}

/** Removes the unfinished files that dead processes left in a folder: `prefix` and a name of `temporaryName`. */
export async function sweepTemporaries(folder: string, prefix: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(names.filter((name) => name.startsWith(prefix)).map((name) => sweep(folder, prefix, name)));
}

async function sweep(folder: string, prefix: string, name: string): Promise<void> {
  const owner = /^([0-9a-f]{8})-(\d+)-/.exec(name.slice(prefix.length));
  if (owner === null) return;
  const path = join(folder, name);
  const abandoned = owner[1] === here ? !isAlive(Number(owner[2])) : await isOld(folder, path);
  if (abandoned) await rm(path, { force: true }).catch(() => {});
}

/** True for a process of this host that runs, or that may (another user's). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

/** By the disk's own clock: the folder changed when the newest file in it was made. */
async function isOld(folder: string, path: string): Promise<boolean> {
  try {
    const [newest, file] = await Promise.all([stat(folder), stat(path)]);
    return newest.mtimeMs - file.mtimeMs > FOREIGN_AGE;
  } catch {
    return false;
  }
}
