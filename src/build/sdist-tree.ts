import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip, inflateRawSync } from "node:zlib";
import { type ByteSource, concatBytes } from "../archive/bytes.ts";
import { crc32 } from "../archive/crc32.ts";
import { normalizeTarPath } from "../archive/tar-paths.ts";
import { readTar } from "../archive/tar-read.ts";
import { readZip } from "../archive/zip.ts";
import { isOciasmError, OciasmError } from "../errors.ts";
import { openFileSource } from "../store/file-source.ts";
import { MAX_TREE_BYTES, MAX_TREE_FILES, type SourceTree, sourceTree, type TreeFile } from "./source-tree.ts";

/**
 * Unpacks a source distribution or another archive of sources (.tar.gz, .tgz, .zip) whose files lie in one folder.
 * Throws ARCHIVE_INVALID for one that is broken, too large or would leave its folder.
 */
export async function readSourceArchive(path: string, filename: string): Promise<SourceTree> {
  if (/\.zip$/i.test(filename)) {
    const source = await openFileSource(path);
    try {
      return await readZipTree(source, filename);
    } finally {
      await source.close();
    }
  }
  if (!/\.(?:tar\.gz|tgz)$/i.test(filename)) {
    throw new OciasmError("INPUT_UNSUPPORTED", `${filename} is no .tar.gz or .zip`, {
      hint: "name an archive of one of these kinds, or a wheel",
    });
  }
  return readTarTree(pipeline(createReadStream(path), createGunzip(), nobody), filename);
}

/** Whoever reads the stream is told of its errors. */
function nobody(): void {}

/** The tree of a plain tar stream. */
export async function readTarTree(plain: AsyncIterable<Uint8Array>, filename: string): Promise<SourceTree> {
  const files = new Map<string, TreeFile>();
  const limits = { maxEntries: MAX_TREE_FILES, maxTotalSize: MAX_TREE_BYTES, label: filename, endOptional: true };
  try {
    for await (const { entry, content } of readTar(plain, limits)) {
      const linkName = entry.linkName ?? "";
      if (entry.type === "file") {
        const chunks: Uint8Array[] = [];
        for await (const chunk of content()) chunks.push(Uint8Array.from(chunk));
        files.set(entry.path, { path: entry.path, bytes: concatBytes(chunks), mode: modeOf(entry.mode) });
      } else if (entry.type === "hardlink") {
        const target = files.get(linkName);
        if (target !== undefined) files.set(entry.path, { ...target, path: entry.path });
      } else if (entry.type === "symlink") {
        files.set(entry.path, linkOf(entry.path, linkName, filename));
      }
    }
  } catch (error) {
    throw readable(error, filename);
  }
  return sourceTree(withoutTop([...files.values()], filename));
}

/** PEP 721: a link stays inside. */
function linkOf(path: string, target: string, filename: string): TreeFile {
  const parts = [...path.split("/").slice(0, -1)];
  for (const part of target.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) throw broken(filename, `its link ${path} leaves the archive`);
    } else if (part !== "" && part !== ".") parts.push(part);
  }
  if (target.startsWith("/") || parts.length === 0) throw broken(filename, `its link ${path} leaves the archive`);
  return { path, bytes: new TextEncoder().encode(target), mode: "link" };
}

export async function readZipTree(source: ByteSource, filename: string): Promise<SourceTree> {
  try {
    const limits = { maxEntries: MAX_TREE_FILES, maxTotalSize: MAX_TREE_BYTES, label: filename };
    const files: TreeFile[] = [];
    for (const entry of await readZip(source, limits)) {
      const name = normalizeTarPath(entry.name);
      if (entry.isDirectory || name === undefined) continue;
      const raw = await source.read(entry.dataOffset, entry.compressedSize);
      const bytes = entry.method === 0 ? raw : inflateRawSync(raw, { maxOutputLength: Math.max(1, entry.size) });
      if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) throw broken(filename, `${name} is damaged`);
      files.push({ path: name, bytes: Uint8Array.from(bytes), mode: modeOf(entry.mode) });
    }
    return sourceTree(withoutTop(files, filename));
  } catch (error) {
    throw readable(error, filename);
  }
}

function modeOf(mode: number): 0o644 | 0o755 {
  return (mode & 0o111) === 0 ? 0o644 : 0o755;
}

/** What lies beside the one folder is no part of the project. */
function withoutTop(files: readonly TreeFile[], filename: string): readonly TreeFile[] {
  const tops = files.filter(({ path }) => path.includes("/")).map(({ path }) => path.slice(0, path.indexOf("/")));
  const [top, other] = [...new Set(tops)].filter((each) => each !== "__MACOSX" && each !== "pax_global_header");
  if (top === undefined || other !== undefined) throw broken(filename, "its files do not lie in one folder");
  return files
    .filter(({ path }) => path.startsWith(`${top}/`))
    .map((file) => ({ ...file, path: file.path.slice(top.length + 1) }));
}

function broken(filename: string, problem: string, cause?: unknown): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `${filename}: ${problem}`, { cause });
}

function readable(error: unknown, filename: string): unknown {
  if (isOciasmError(error) && error.code === "WHEEL_INVALID") {
    return new OciasmError("ARCHIVE_INVALID", error.message, { cause: error });
  }
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  return error.code.startsWith("Z_") || error.code === "ERR_BUFFER_TOO_LARGE"
    ? broken(filename, "its compression is damaged", error)
    : error;
}
