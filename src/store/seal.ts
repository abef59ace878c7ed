import type { Stats } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import { syncFolder } from "./sync-folder.ts";

/** 1980-01-01, in seconds. */
const SEALED = 315_532_800;

/**
 * The modification time of a sealed blob. It carries the size, so that a blob that was cut by a copy that keeps times
 * is noticed without reading it.
 */
export function sealedTime(size: number): number {
  return SEALED + (size % 2 ** 24);
}

/** True for a blob that nobody touched since it entered a store. */
export function isSealed({ mtimeMs, size }: Pick<Stats, "mtimeMs" | "size">): boolean {
  return mtimeMs === sealedTime(size) * 1000;
}

/** Makes a finished file a blob of the store: read-only, synced, with its own time. */
export async function seal(
  file: string,
  target: string,
  blob: { readonly digest: Digest; readonly size: number },
): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const { size } = await handle.stat();
    if (size !== blob.size) {
      throw new OciasmError("BLOB_CORRUPT", `${blob.digest} should have ${blob.size} bytes, ${size} were written`);
    }
    await handle.chmod(0o444);
    await handle.utimes(sealedTime(size), sealedTime(size));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await mkdir(dirname(target), { recursive: true });
  await moveInto(file, target, blob);
  await syncFolder(dirname(target));
}

async function moveInto(
  file: string,
  target: string,
  blob: { readonly digest: Digest; readonly size: number },
): Promise<void> {
  try {
    await rename(file, target);
  } catch (error) {
    // Windows refuses to replace a file that somebody reads: the same blob is there already.
    const there = ["EEXIST", "EPERM", "EACCES", "EBUSY"].includes(systemCode(error) ?? "")
      ? await stat(target).catch(() => undefined)
      : undefined;
    if (there?.size !== blob.size) throw error;
    await rm(file, { force: true });
  }
}
