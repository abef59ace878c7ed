import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { costColumns, type Round } from "./_job.ts";
import { succeed } from "./_measure.ts";

export interface BoundOptions {
  readonly wheels: string;
  /** Folder that gets what is written. */
  readonly out: string;
  readonly threads: 1 | 2;
}

const PROGRAM = fileURLToPath(new URL("./bound/main.js", import.meta.url));

/** What it takes to read wheels, inflate them once, hash both sides and write the compressed one, and nothing else. */
export async function boundColumns({ wheels, out, threads }: BoundOptions): Promise<Round> {
  await mkdir(out, { recursive: true });
  const files = (await readdir(wheels)).map((file) => join(wheels, file));
  const cost = await succeed(process.execPath, [PROGRAM, String(threads), out, ...files]);
  return costColumns(cost);
}
