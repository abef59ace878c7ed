import type { TarEntry } from "../archive/tar-entry.ts";
import { readTar } from "../archive/tar-read.ts";
import { unpackedFile } from "../codec/unpacked.ts";
import { OciasmError } from "../errors.ts";
import { pathFilter } from "../install/path-filter.ts";
import { STANDALONE_LIMITS, standalonePath } from "../install/standalone-files.ts";
import type { PythonSource } from "../layers/recipe.ts";
import type { DebSpool } from "./deb-spool.ts";
import { joinTarget, type PlacedFile } from "./deb-tree.ts";

/**
 * The files and links of a standalone Python where the image will have them, in the archive's order; contents go to the
 * spool. Rejects with ARCHIVE_INVALID for what has no place in an image.
 */
export async function unpackPython(
  source: PythonSource,
  path: string,
  spool: DebSpool,
  wanted: (path: string) => boolean = () => true,
): Promise<readonly PlacedFile[]> {
  const { prefix, filename: label } = source;
  const isLeftOut = pathFilter(source.exclude);
  const files: PlacedFile[] = [];
  const plain = unpackedFile(path, STANDALONE_LIMITS.maxTotalSize, label);
  for await (const { entry, content } of readTar(plain, { label, ...STANDALONE_LIMITS })) {
    const place = standalonePath(entry.path);
    if (place === undefined || place === "" || entry.type === "directory" || isLeftOut(place)) continue;
    const placed = placedEntry(entry, `${prefix}/${place}`, source);
    if (placed.type !== "file" || !wanted(placed.path)) {
      files.push({ entry: placed, offset: -1 });
      continue;
    }
    files.push({ entry: placed, offset: spool.size });
    for await (const part of content()) await spool.append(part);
  }
  return withoutDangling(files);
}

/** As wheels are laid out: of root, and executable or not. */
function placedEntry({ path, type, mode, size, linkName = "" }: TarEntry, to: string, source: PythonSource): TarEntry {
  const refuse = (problem: string): OciasmError =>
    new OciasmError("ARCHIVE_INVALID", `${source.filename}: ${path} ${problem}`);
  if (path.split("/").some((part) => part.startsWith(".wh."))) throw refuse("would delete files of lower layers");
  const plain = { path: to, uid: 0, gid: 0, mtime: 0 };
  switch (type) {
    case "file":
      return { ...plain, type, size, mode: (mode & 0o111) === 0 ? 0o644 : 0o755 };
    case "symlink":
      if (!joinTarget(to, linkName).startsWith(`${source.prefix}/`) || linkName.startsWith("/"))
        throw refuse(`leads out of the archive, to ${linkName}`);
      return { ...plain, type, size: 0, mode: 0o777, linkName };
    case "hardlink": {
      const target = standalonePath(linkName);
      if (target === undefined || pathFilter(source.exclude)(target)) throw refuse(`is a link to ${linkName}`);
      return { ...plain, type, size: 0, mode: 0o644, linkName: `${source.prefix}/${target}` };
    }
    default:
      throw refuse("is neither a file nor a link");
  }
}

/** Links to what was left out go with it. */
function withoutDangling(files: readonly PlacedFile[]): readonly PlacedFile[] {
  const there = new Set(files.flatMap(({ entry }) => withParents(entry.path)));
  const isKept = ({ entry }: PlacedFile): boolean =>
    entry.type !== "symlink" || there.has(joinTarget(entry.path, entry.linkName ?? ""));
  const kept = files.filter(isKept);
  // What led to a link that is gone leads nowhere now.
  return kept.length === files.length ? kept : withoutDangling(kept);
}

function withParents(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}
