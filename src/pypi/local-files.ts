import type { Stats } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve as resolvePath } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { OciasmError, systemCode } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import { listFile } from "../resolve/listed-file.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import type { BorrowedFile } from "../store/borrowed.ts";
import { hashHandle } from "../store/hash-file.ts";
import { belongsTo, type IndexFile, isDistribution, type PageFile } from "./index-file.ts";
import { createPacker, filesIn } from "./packed-files.ts";
import { createHtmlPage } from "./simple-html.ts";

/** Tells of a file of this host what an index would. */
type Describe = (path: string, store: KeyIndex) => Promise<IndexFile>;

/**
 * Files of a project in a folder, in an HTML file of links, or the one archive that `location` is (a path or file: URL).
 * Undefined when nothing is there.
 */
export async function localFiles(
  location: string,
  name: string,
  store: KeyIndex,
  describe: Describe = describeFile,
): Promise<readonly PageFile[] | undefined> {
  const path = localPath(location);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return folderFiles(path, name, store, describe);
  if (/\.html?$/i.test(path)) return pageFiles(path, name);
  return isDistribution(path) && belongsTo(basename(path), name) ? [listFile(await describe(path, store))] : [];
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

async function folderFiles(
  folder: string,
  name: string,
  store: KeyIndex,
  describe: Describe,
): Promise<readonly PageFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files: PageFile[] = [];
  for (const filename of names.filter((file) => isDistribution(file) && belongsTo(file, name)).sort()) {
    if ((await stat(join(folder, filename)).catch(() => undefined))?.isFile() === true) {
      files.push(listFile(await describe(join(folder, filename), store)));
    }
  }
  return files;
}

async function pageFiles(path: string, name: string): Promise<readonly PageFile[]> {
  const packer = createPacker();
  createHtmlPage(pathToFileURL(path).href, (file) => {
    if (belongsTo(file.filename, name)) packer.add(file);
  }).read(await readFile(path, "utf8"));
  return filesIn(packer.parts());
}

/** A distribution of this host, with size and hash. */
export async function describeFile(
  path: string,
  store: KeyIndex,
): Promise<IndexFile & { readonly sha256: string; readonly size: number }> {
  const { sha256, size } = await hashLocal(path, store);
  return { filename: basename(path), url: pathToFileURL(path).href, sha256, size };
}

/** The same of a file that was hashed on this host before, also where it is another now; else neither size nor hash. */
export async function describeUnread(path: string, store: KeyIndex): Promise<IndexFile> {
  const named = { filename: basename(path), url: pathToFileURL(path).href };
  const known = await store.get<HashNote>(HASHES, path);
  if (known === undefined) return named;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || stateOf(found) !== known.state) return describeFile(path, store);
  return { ...named, sha256: known.sha256, size: found.size };
}

const HASHES = "local-hashes";

/** What is remembered of a file by its path. */
interface HashNote {
  readonly state: string;
  readonly sha256: string;
}

/** Of the two times, nobody can set the second one back. */
function stateOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
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
    const found = await handle.stat();
    const { size, mtimeMs, ino } = found;
    const state = stateOf(found);
    const known = await store.get<HashNote>(HASHES, path);
    if (known?.state === state) return { path, size, mtimeMs, ino, sha256: known.sha256 };
    const { sha256 } = await hashHandle(handle, signal);
    await store.set(HASHES, path, { state, sha256 } satisfies HashNote);
    return { path, size, mtimeMs, ino, sha256 };
  } finally {
    await handle.close();
  }
}
