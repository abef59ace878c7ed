import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { startCompiler } from "../../src/interpreter/compiler.ts";

/** What a thread compiles, in this order. */
export interface Share {
  /** Of an unpacked pyodide. */
  readonly folder: string;
  readonly modules: readonly { readonly path: string; readonly keep?: string }[];
}

/** Sha256 of each module's bytecode; modules that do not compile are missing. */
export type Digests = ReadonlyMap<string, string>;

const { folder, modules } = workerData as Share;
const digests = new Map<string, string>();
let compiler = await startCompiler({ folder });
for (const { path, keep } of modules) {
  const bytes = await compiled(path);
  if (bytes === undefined) continue;
  digests.set(path, createHash("sha256").update(bytes).digest("hex"));
  if (keep !== undefined) writeFileSync(keep, bytes);
}
parentPort?.postMessage(digests satisfies Digests);

/** A module that breaks the interpreter costs it, as in a build. */
async function compiled(path: string): Promise<Uint8Array | undefined> {
  try {
    return compiler.compile(readFileSync(path), path);
  } catch {
    compiler = await startCompiler({ folder });
    return undefined;
  }
}
