import { open, readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve as resolvePath } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { OciasmError, systemCode } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import type { BorrowedFile } from "../store/borrowed.ts";
import { hashHandle } from "../store/hash-file.ts";
import { belongsTo, type IndexFile, isDistribution } from "./index-file.ts";
import { parseSimpleHtml } from "./simple-html.ts";

/**
 * Files of a project in a folder, in an HTML file of links, or the one archive that `location` is (a path or file: URL).
 * Undefined when nothing is there.
 */
export async function localFiles(
  location: string,
  name: string,
  store: KeyIndex,
): Promise<readonly IndexFile[] | undefined> {
  const path = localPath(location);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return folderFiles(path, name, store);
  if (/\.html?$/i.test(path)) return pageFiles(path, name);
  return isDistribution(path) && belongsTo(basename(path), name) ? [await describeFile(path, store)] : [];
}

/** Path of a file: URL or of a path that may start with `~`. */
export function localPath(location: string): string {
  if (/^file:/i.test(location)) {
    try {
      const url = new URL(location);
      url.search = "";
      url.hash = "";
      return fileURLToPath(url);
    } catch (error) {
      throw new OciasmError("CONFIG_INVALID", `${redactUrl(location)} is no URL of a local file`, { cause: error });
    }
  }
  return location === "~" || location.startsWith("~/") ? join(homedir(), location.slice(1)) : resolvePath(location);
}

async function folderFiles(folder: string, name: string, store: KeyIndex): Promise<readonly IndexFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files: IndexFile[] = [];
  for (const filename of names.filter((file) => isDistribution(file) && belongsTo(file, name)).sort()) {
    if ((await stat(join(folder, filename)).catch(() => undefined))?.isFile() === true) {
      files.push(await describeFile(join(folder, filename), store));
    }
  }
  return files;
}

async function pageFiles(path: string, name: string): Promise<readonly IndexFile[]> {
  const page = parseSimpleHtml(await readFile(path, "utf8"), pathToFileURL(path).href);
  return page.files.filter((file) => belongsTo(file.filename, name));
}

/** A distribution of this host, with size and hash. */
export async function describeFile(
  path: string,
  store: KeyIndex,
): Promise<IndexFile & { readonly sha256: string; readonly size: number }> {
  const { sha256, size } = await hashLocal(path, store);
  return { filename: basename(path), url: pathToFileURL(path).href, sha256, size };
}

/** A file as it was when it was hashed; the hash is kept for as long as the file is not touched. */
export async function hashLocal(
  path: string,
  store: KeyIndex,
  signal?: AbortSignal,
): Promise<BorrowedFile & { readonly sha256: string }> {
  const handle = await open(path, "r").catch((error: unknown) => {
    const code = systemCode(error) === "ENOENT" ? "INPUT_NOT_FOUND" : "IO_ERROR";
    throw new OciasmError(code, `${path} can't be read`, { cause: error });
  });
  try {
    const { size, mtimeMs, ctimeMs, ino } = await handle.stat();
    // Of the two times, nobody can set the second one back.
    const key = `${path} ${size} ${mtimeMs} ${ctimeMs} ${ino}`;
    const known = await store.get<string>("local-hashes", key);
    const sha256 = known ?? (await hashHandle(handle, signal)).sha256;
    if (known === undefined) await store.set("local-hashes", key, sha256);
    return { path, size, mtimeMs, ino, sha256 };
  } finally {
    await handle.close();
  }
}
