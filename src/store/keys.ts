import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { utf8 } from "../archive/bytes.ts";
import { OciasmError } from "../errors.ts";
import type { KeyIndex } from "./blob-store.ts";
import { sha256Hex } from "./sha256.ts";

/** One file a key, which repeats the key: `<bucket>/ab/<sha256 of the key>.json`. */
interface KeyFile {
  readonly key: string;
  readonly value: unknown;
}

export interface DiskKeyIndex extends KeyIndex {
  /** `set` for a value that is JSON already, in UTF-8. */
  setJson(bucket: string, key: string, json: Uint8Array): Promise<void>;
}

/** A key index on disk. What can't be written is forgotten: every value can be had again. */
export function diskKeyIndex(folder: string, temporary: () => Promise<string>): DiskKeyIndex {
  return {
    get: async <T>(bucket: string, key: string): Promise<T | undefined> => {
      const file = readKeyFile(keyPath(folder, bucket, key));
      return file?.key === key ? (file.value as T) : undefined;
    },
    holds: async (bucket, key) => existsSync(keyPath(folder, bucket, key)),
    set: async (bucket, key, value) => {
      const path = keyPath(folder, bucket, key);
      await replaceFile(path, JSON.stringify({ key, value } satisfies KeyFile), temporary).catch(() => {});
    },
    setJson: async (bucket, key, json) => {
      const path = keyPath(folder, bucket, key);
      const file = [utf8(`{"key":${JSON.stringify(key)},"value":`), json, utf8("}")];
      await replaceFile(path, file, temporary).catch(() => {});
    },
  };
}

function keyPath(folder: string, bucket: string, key: string): string {
  if (!/^[a-z0-9-]+$/.test(bucket)) throw new OciasmError("BUG", `not a bucket name: ${bucket}`);
  const name = sha256Hex(key);
  return join(folder, bucket, name.slice(0, 2), `${name}.json`);
}

/** At once: a build asks for hundreds of these, and each would wait in line for a thread of libuv's pool. */
function readKeyFile(path: string): KeyFile | undefined {
  try {
    const file: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof file === "object" && file !== null && "key" in file ? (file as KeyFile) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a file, from a text or its parts, so that readers see the old one or the new one. */
export async function replaceFile(
  path: string,
  content: string | readonly Uint8Array[],
  temporary: () => Promise<string>,
): Promise<void> {
  const file = await temporary();
  try {
    await writeFile(file, content);
    await mkdir(dirname(path), { recursive: true });
    await rename(file, path);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
