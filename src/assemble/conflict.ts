import { crc32 } from "node:zlib";
import { OciasmError } from "../errors.ts";
import type { EntryContent, LayerEntry } from "./layer-entry.ts";

/**
 * One entry for two of the same path: equal files once, for both owners, executable if one of them is; the first of two
 * directories. Throws FILE_CONFLICT for anything else.
 */
export function mergeTwins(first: LayerEntry, second: LayerEntry): LayerEntry {
  if (first.entry.type !== second.entry.type) throw refuseConflict(first, second);
  const merged = { ...first, ...joinOwners(first, second) };
  switch (first.entry.type) {
    case "directory":
      return merged;
    case "file": {
      if (!isSameContent(first, second)) throw refuseConflict(first, second);
      const expectedSha256 = first.expectedSha256 ?? second.expectedSha256;
      return {
        ...merged,
        entry: { ...first.entry, mode: first.entry.mode | second.entry.mode },
        ...(expectedSha256 === undefined ? {} : { expectedSha256 }),
      };
    }
    default:
      if (first.entry.linkName !== second.entry.linkName) throw refuseConflict(first, second);
      return merged;
  }
}

/** FILE_CONFLICT that names the path and both sides. */
export function refuseConflict(first: LayerEntry, second: LayerEntry): OciasmError {
  const path = `/${second.entry.path}`;
  const [left, right] = [nameOf(first), nameOf(second)];
  if (first.entry.path === second.entry.path) {
    return new OciasmError("FILE_CONFLICT", `${left} and ${right} both bring ${path}, with different content`, {
      hint: "leave one of the packages out, or choose which one provides the file",
    });
  }
  const type = first.entry.type === "symlink" ? "a link" : "not a directory";
  return new OciasmError("FILE_CONFLICT", `${right} brings ${path}, but ${left} has /${first.entry.path} as ${type}`, {
    hint: "leave one of the packages out",
  });
}

function nameOf({ owner, origin }: LayerEntry): string {
  return owner ?? origin?.name ?? "the project";
}

function joinOwners(first: LayerEntry, second: LayerEntry): { readonly owner?: string } {
  const owners = [first.owner, second.owner].flatMap((owner) => owner?.split(", ") ?? []);
  return owners.length === 0 ? {} : { owner: [...new Set(owners)].sort().join(", ") };
}

function isSameContent(first: LayerEntry, second: LayerEntry): boolean {
  if (first.entry.size !== second.entry.size) return false;
  if (first.expectedSha256 !== undefined && second.expectedSha256 !== undefined) {
    return first.expectedSha256 === second.expectedSha256;
  }
  const [left, right] = [contentCrc(first.content), contentCrc(second.content)];
  return left !== undefined && left === right;
}

/** All that an archive's directory tells of content; a lie in it is found when the kept file is read. */
function contentCrc(content: EntryContent): number | undefined {
  switch (content.from) {
    case "zip":
      return content.entry.crc32;
    case "made":
      return content.crc32;
    case "bytes":
      return crc32(content.bytes);
    case "none":
      return 0;
    case "file":
      return undefined;
  }
}
