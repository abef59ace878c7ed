import { concatBytes, utf8 } from "./bytes.ts";
import { checkTarEntry } from "./tar-contract.ts";
import type { TarEntry, TarEntryType } from "./tar-entry.ts";
import { encodePaxRecords } from "./tar-pax.ts";
import {
  encodeUstar,
  fitsUstarLink,
  MAX_USTAR_ID,
  MAX_USTAR_NAME,
  MAX_USTAR_NUMBER,
  splitUstarName,
  TAR_BLOCK,
  type UstarFields,
} from "./tar-ustar.ts";

/** Two zero blocks end an archive. */
export const TAR_END: Uint8Array = new Uint8Array(2 * TAR_BLOCK);

/** How many zero bytes follow `size` bytes of content. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

/**
 * The header of an entry: one ustar block, and a pax header before it only when a field does not fit. The same entry
 * gives the same bytes everywhere. Throws BUG for values outside TarEntry's contract.
 */
export function encodeTarHeader(entry: TarEntry): Uint8Array {
  checkTarEntry(entry);
  const block = encodeUstar(ustarFields(entry));
  const records = paxRecords(entry);
  return records.length === 0 ? block : concatBytes([paxHeader(encodePaxRecords(records)), block]);
}

/** The `typeflag` of a ustar block, by type (POSIX pax, ustar interchange format). */
export const TYPE_FLAGS: Readonly<Record<TarEntryType, string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  "character-device": "3",
  "block-device": "4",
  directory: "5",
  fifo: "6",
};

/** Numbers that don't fit are 0 here, names are cut: the pax header has them whole. */
function ustarFields(entry: TarEntry): UstarFields {
  const path = storedPath(entry);
  const split = splitUstarName(path);
  return {
    typeFlag: TYPE_FLAGS[entry.type],
    name: split === undefined ? cut(path) : utf8(split.name),
    prefix: utf8(split?.prefix ?? ""),
    linkName: cut(entry.linkName ?? ""),
    mode: entry.mode,
    uid: entry.uid > MAX_USTAR_ID ? 0 : entry.uid,
    gid: entry.gid > MAX_USTAR_ID ? 0 : entry.gid,
    size: entry.size > MAX_USTAR_NUMBER ? 0 : entry.size,
    mtime: entry.mtime,
  };
}

function storedPath({ path, type }: TarEntry): string {
  if (path === "") return "./";
  return type === "directory" ? `${path}/` : path;
}

/** As many whole characters as fit a name field; no slash at the end, which would make a directory of a file. */
function cut(text: string): Uint8Array {
  let fitting = "";
  let length = 0;
  for (const character of text) {
    length += utf8(character).length;
    if (length > MAX_USTAR_NAME) return utf8(fitting.replace(/\/+$/, ""));
    fitting += character;
  }
  return utf8(fitting);
}

function paxRecords(entry: TarEntry): [keyword: string, value: string][] {
  const { uid, gid, size, linkName = "" } = entry;
  const path = storedPath(entry);
  const records: [string, string][] = [];
  if (gid > MAX_USTAR_ID) records.push(["gid", `${gid}`]);
  if (!fitsUstarLink(linkName)) records.push(["linkpath", linkName]);
  if (splitUstarName(path) === undefined) records.push(["path", path]);
  if (size > MAX_USTAR_NUMBER) records.push(["size", `${size}`]);
  if (uid > MAX_USTAR_ID) records.push(["uid", `${uid}`]);
  return records;
}

/** Its own name is the same for all entries: other programs put a process id there. */
function paxHeader(records: Uint8Array): Uint8Array {
  const none = new Uint8Array(0);
  const name = utf8("././@PaxHeader");
  const fields = { typeFlag: "x", name, prefix: none, linkName: none, mode: 0o644, uid: 0, gid: 0, mtime: 0 };
  const padding = new Uint8Array(tarPadding(records.length));
  return concatBytes([encodeUstar({ ...fields, size: records.length }), records, padding]);
}
