import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RuntimeFile, RuntimeRelease } from "./runtime.ts";

/** Whether a folder holds a release's files as they shall be: they are programs, so each is hashed before it is run. */
export async function isWhole(folder: string, { files }: RuntimeRelease): Promise<boolean> {
  for (const file of files) {
    const bytes = await readFile(join(folder, file.name)).catch(() => undefined);
    if (bytes === undefined || !isFile(bytes, file)) return false;
  }
  return true;
}

export function isFile(bytes: Uint8Array, { size, sha256 }: RuntimeFile): boolean {
  return bytes.length === size && createHash("sha256").update(bytes).digest("hex") === sha256;
}
