import type { OciasmError } from "../errors.ts";
import type { TarBlock } from "./tar-block.ts";
import type { TarEntry, TarEntryType } from "./tar-entry.ts";
import { normalizeTarPath } from "./tar-paths.ts";
import type { PaxRecords } from "./tar-pax.ts";
import { refuseTarEntry } from "./tar-refusal.ts";

/** What the headers before an entry say about it. */
export interface TarExtensions {
  readonly pax?: PaxRecords;
  /** GNU types L and K. */
  readonly longName?: Uint8Array;
  readonly longLink?: Uint8Array;
}

const TYPES: Readonly<Record<string, TarEntryType>> = {
  "0": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
};

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder();

const MAX_OWNER = 2 ** 32 - 2;

type Refuse = (problem: string) => OciasmError;

/** The entry that a block and the headers before it mean together; throws ARCHIVE_INVALID when readers would disagree. */
export function resolveTarEntry(block: TarBlock, extensions: TarExtensions): TarEntry {
  const { pax = new Map<string, Uint8Array>() } = extensions;
  const shown = lenient.decode(pax.get("path") ?? extensions.longName ?? block.name);
  const refuse: Refuse = (problem) => refuseTarEntry(shown, problem);
  checkSparse(block, pax, refuse);
  const name = pick(block.name, extensions.longName, pax.get("path"), refuse);
  const type = entryType(block.typeFlag, name, refuse);
  const path = normalizeTarPath(name);
  if (path === undefined) throw refuse("has a path that leaves the archive");
  if (path === "" && type !== "directory") throw refuse("has an empty path");
  const entry = { path, type, mode: block.mode & 0o7777, ...numbers(block, pax, refuse) };
  if (entry.size > 0 && type !== "file") throw refuse(`is a ${type} with content`);
  if (type !== "symlink" && type !== "hardlink") return entry;
  const target = pick(block.linkName, extensions.longLink, pax.get("linkpath"), refuse);
  return { ...entry, linkName: linkTarget(type, target, refuse) };
}

function numbers(block: TarBlock, pax: PaxRecords, refuse: Refuse): Pick<TarEntry, "uid" | "gid" | "size" | "mtime"> {
  const size = paxNumber(pax, "size", refuse) ?? block.size;
  const uid = paxNumber(pax, "uid", refuse) ?? block.uid;
  const gid = paxNumber(pax, "gid", refuse) ?? block.gid;
  if (uid > MAX_OWNER || gid > MAX_OWNER) throw refuse(`has the absurd owner ${uid}:${gid}`);
  return { uid, gid, size, mtime: paxTime(pax, refuse) ?? block.mtime };
}

function checkSparse(block: TarBlock, pax: PaxRecords, refuse: Refuse): void {
  const isSparse = block.typeFlag === "S" || [...pax.keys()].some((keyword) => keyword.startsWith("GNU.sparse."));
  if (isSparse) throw refuse("is a sparse file");
}

/** V7 had no type for directories: a slash at the end of the name made one. */
function entryType(typeFlag: string, name: string, refuse: Refuse): TarEntryType {
  const endsInSlash = name.endsWith("/");
  if (typeFlag === "\0") return endsInSlash ? "directory" : "file";
  const type = Object.hasOwn(TYPES, typeFlag) ? TYPES[typeFlag] : undefined;
  if (type === undefined) throw refuse(`has the unsupported type ${JSON.stringify(typeFlag)}`);
  if (type === "file" && endsInSlash) throw refuse("is a file with the name of a directory");
  return type;
}

/** Programs differ in which extension wins, so they may not contradict each other. */
type Name = Uint8Array | undefined;

function pick(plain: Uint8Array, gnu: Name, pax: Name, refuse: Refuse): string {
  const extended = pax === undefined || pax.length === 0 ? undefined : decode(pax, refuse);
  const long = gnu === undefined ? undefined : decode(gnu, refuse);
  if (extended !== undefined && long !== undefined && extended !== long) throw refuse("has two different long names");
  const text = extended ?? long ?? decode(plain, refuse);
  if (text.includes("\0")) throw refuse("has a NUL in its name");
  return text;
}

function linkTarget(type: "symlink" | "hardlink", text: string, refuse: Refuse): string {
  const target = type === "symlink" ? text : normalizeTarPath(text);
  if (target === undefined) throw refuse("is a link to a path that leaves the archive");
  if (target === "") throw refuse("is a link to nothing");
  return target;
}

function decode(bytes: Uint8Array, refuse: Refuse): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw refuse("has a name that is not UTF-8");
  }
}

function paxNumber(pax: PaxRecords, keyword: string, refuse: Refuse): number | undefined {
  const value = paxText(pax, keyword, refuse);
  if (value === undefined) return undefined;
  if (!/^[0-9]{1,16}$/.test(value) || !Number.isSafeInteger(Number(value))) {
    throw refuse(`has a pax ${keyword} that is no number`);
  }
  return Number(value);
}

/** Seconds with a fraction, which is dropped. */
function paxTime(pax: PaxRecords, refuse: Refuse): number | undefined {
  const value = paxText(pax, "mtime", refuse);
  if (value === undefined) return undefined;
  if (!/^-?[0-9]{1,12}(\.[0-9]*)?$/.test(value)) throw refuse("has a pax mtime that is no number");
  return Math.floor(Number(value));
}

function paxText(pax: PaxRecords, keyword: string, refuse: Refuse): string | undefined {
  const value = pax.get(keyword);
  return value === undefined || value.length === 0 ? undefined : decode(value, refuse);
}
