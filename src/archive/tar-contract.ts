import { OciasmError } from "../errors.ts";
import { printable } from "./printable.ts";
import type { TarEntry } from "./tar-entry.ts";
import { normalizeTarPath } from "./tar-paths.ts";
import { MAX_USTAR_NUMBER } from "./tar-ustar.ts";

const MAX_OWNER = 2 ** 32 - 2;

/** Throws BUG for an entry that breaks TarEntry's contract: whoever made it should not have. */
export function checkTarEntry(entry: TarEntry): void {
  const problem = pathProblem(entry) ?? linkProblem(entry) ?? numberProblem(entry);
  if (problem !== undefined) throw new OciasmError("BUG", `tar entry "${printable(entry.path)}" has ${problem}`);
}

function pathProblem({ path, type }: TarEntry): string | undefined {
  if (path === "" && type !== "directory") return "an empty path";
  return isPlain(path) ? undefined : "a path that is not in its plain form";
}

function linkProblem({ type, linkName }: TarEntry): string | undefined {
  if (type !== "symlink" && type !== "hardlink")
    return linkName === undefined ? undefined : "a link target and is no link";
  if (linkName === undefined || linkName === "") return "no link target";
  if (type === "hardlink" ? !isPlain(linkName) : /[\0\p{Cs}]/u.test(linkName))
    return "a link target that can't be stored";
  return undefined;
}

function isPlain(path: string): boolean {
  return normalizeTarPath(path) === path && !/\p{Cs}/u.test(path);
}

function numberProblem(entry: TarEntry): string | undefined {
  if (!isBetween(entry.mode, 0o7777)) return `the mode ${entry.mode}`;
  if (!isBetween(entry.uid, MAX_OWNER) || !isBetween(entry.gid, MAX_OWNER))
    return `the owner ${entry.uid}:${entry.gid}`;
  if (!isBetween(entry.size, Number.MAX_SAFE_INTEGER)) return `the size ${entry.size}`;
  if (entry.type !== "file" && entry.size !== 0) return "content and is no file";
  if (!isBetween(entry.mtime, MAX_USTAR_NUMBER)) return `the time ${entry.mtime}`;
  return undefined;
}

function isBetween(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
