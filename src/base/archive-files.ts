import { dirname, join } from "node:path/posix";
import type { ByteSource } from "../archive/bytes.ts";
import { readTar } from "../archive/tar-read.ts";
import { OciasmError } from "../errors.ts";
import type { LayoutFiles } from "./layout-source.ts";

/** Where the files of a tar lie in it. Links stand for what they lead to. */
export type ArchiveDirectory = ReadonlyMap<string, { readonly offset: number; readonly size: number }>;

const CHUNK = 256 * 1024;
// Far more than an archive of images has, far less than hurts.
const MAX_ENTRIES = 100_000;

/** Reads the headers of a tar. A name that comes twice counts as the last, as for whoever unpacks it. */
export async function readDirectory(source: ByteSource, label: string): Promise<ArchiveDirectory> {
  const files = new Map<string, { offset: number; size: number }>();
  const links = new Map<string, string>();
  for await (const { entry, offset } of readTar(chunksOf(source, 0, source.size), { label, maxEntries: MAX_ENTRIES })) {
    const { path, type, size, linkName = "" } = entry;
    if (type === "file") files.set(path, { offset, size });
    // docker save links layers that come twice: "../abc/layer.tar".
    if (type === "symlink") links.set(path, join(dirname(path), linkName));
    if (type === "hardlink") links.set(path, linkName);
  }
  for (const [path, target] of links) {
    const found = files.get(target);
    if (found !== undefined) files.set(path, found);
  }
  return files;
}

export function archiveFiles(
  source: ByteSource & { close(): Promise<void> },
  directory: ArchiveDirectory,
  label: string,
): LayoutFiles {
  const find = (path: string) => {
    const file = directory.get(path);
    if (file !== undefined) return file;
    throw new OciasmError("BLOB_CORRUPT", `${label} lacks ${path}`, {
      hint: "write the archive again: it is not complete",
    });
  };
  return {
    small: async (path, limit) => {
      const { offset, size } = find(path);
      if (size > limit)
        throw new OciasmError("ARCHIVE_INVALID", `${path} in ${label} has ${size} bytes, the limit is ${limit}`);
      return source.read(offset, size);
    },
    place: async (path, size) => {
      const file = find(path);
      if (file.size !== size)
        throw new OciasmError("BLOB_CORRUPT", `${path} in ${label} has ${file.size} bytes instead of ${size}`);
      return { path: label, start: file.offset, end: file.offset + size };
    },
    close: () => source.close(),
  };
}

async function* chunksOf(source: ByteSource, start: number, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < size; at += CHUNK) yield source.read(start + at, Math.min(CHUNK, size - at));
}
