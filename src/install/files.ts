import type { PlannedFile } from "./plan.ts";
import { wheelInvalid } from "./wheel-contents.ts";

/**
 * Gathers the files of one wheel, sorted by path. A generated file takes the place of one from the archive, as pip has
 * it; two entries for one path must be the same file. Throws WHEEL_INVALID for those that differ and for a file where
 * another one needs a directory.
 */
export function collectFiles(
  filename: string,
  fill: (add: (file: PlannedFile, generated?: boolean) => void) => void,
): readonly PlannedFile[] {
  const files = new Map<string, PlannedFile>();
  fill((file, generated = false) => {
    const earlier = files.get(file.path);
    if (earlier !== undefined && !generated && !sameFile(earlier, file)) {
      throw wheelInvalid(filename, `two different files would be written to /${file.path}`);
    }
    files.set(file.path, file);
  });
  for (const path of files.keys()) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const parent = path.slice(0, end);
      if (files.has(parent)) throw wheelInvalid(filename, `/${parent} would be a file and a directory`);
    }
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function sameFile(a: PlannedFile, b: PlannedFile): boolean {
  if (a.content.from !== "zip" || b.content.from !== "zip" || a.mode !== b.mode) return false;
  const [left, right] = [a.content.entry, b.content.entry];
  return left.crc32 === right.crc32 && left.size === right.size && a.expectedSha256 === b.expectedSha256;
}
