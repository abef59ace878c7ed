import { createHash } from "node:crypto";
import { type LayerFile, saysPackages, saysRequirements } from "../analyze/contents.ts";
import { importedModules } from "../analyze/imports.ts";
import type { TarEntry } from "../archive/tar-entry.ts";
import type { TarMember } from "../archive/tar-read.ts";
import {
  ELF_HEADER_BYTES,
  readSectionTable,
  type SectionTable,
  type StrippableBytes,
  strippableBytes,
} from "../debian/elf-sections.ts";
import { SECRET_HEAD_BYTES, secretByContent, secretByName } from "./secret-files.ts";

// The largest dpkg status of a desktop is a tenth of it.
const MAX_TEXT = 32 * 1024 * 1024;
const MAX_SOURCE = 4 * 1024 * 1024;
// Names of sections lie straight before their headers, but where linkers put the symbols' strings between.
const NAMES_WINDOW = 256 * 1024;

/** What is to be known of a member of a layer; its content is read once and not kept. */
export async function lookAtFile({ entry, content }: TarMember, withImports: boolean): Promise<LayerFile> {
  if (entry.type !== "file") return fileOf(entry);
  const hash = createHash("sha256");
  const text = isText(entry, withImports) ? createWindow(0, entry.size) : undefined;
  const head = createWindow(0, Math.min(entry.size, SECRET_HEAD_BYTES));
  let sections: Window | undefined;
  let table: SectionTable | undefined;
  let at = 0;
  for await (const part of withWholeHead(content())) {
    hash.update(part);
    text?.add(part, at);
    head.add(part, at);
    if (at === 0) {
      table = readSectionTable(part.subarray(0, ELF_HEADER_BYTES));
      sections =
        table === undefined ? undefined : createWindow(table.offset - NAMES_WINDOW, table.offset + table.length);
    }
    sections?.add(part, at);
    at += part.length;
  }
  const strippable = table === undefined ? undefined : strippableIn(table, sections);
  const secret = secretOf(entry.path, head.bytes());
  return {
    ...fileOf(entry),
    sha256: hash.digest("hex"),
    ...(text === undefined ? {} : told(entry.path, Buffer.from(text.bytes()).toString("utf8"))),
    ...(secret === undefined ? {} : { secret }),
    ...(strippable === undefined ? {} : { strippable }),
  };
}

/** Whether the whole text is wanted. */
function isText({ path, size }: TarEntry, withImports: boolean): boolean {
  if (withImports && path.endsWith(".py")) return size <= MAX_SOURCE;
  return size <= MAX_TEXT && (saysPackages(path) || (withImports && saysRequirements(path)));
}

/** Of a Python file the imports, of others the text. */
function told(path: string, text: string): Pick<LayerFile, "text" | "imports"> {
  return path.endsWith(".py") ? { imports: importedModules(text) } : { text };
}

/** The same bytes, the first part long enough for a header. */
async function* withWholeHead(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of chunks) {
    const part: Uint8Array = head === undefined || head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    head = head !== undefined && part.length < ELF_HEADER_BYTES ? Uint8Array.from(part) : undefined;
    if (head === undefined) yield part;
  }
  if (head !== undefined && head.length > 0) yield head;
}

function fileOf({ path, type, mode, uid, gid, size, linkName }: TarEntry): LayerFile {
  return { path, type, mode, uid, gid, size, ...(linkName === undefined ? {} : { linkName }) };
}

function secretOf(path: string, head: Uint8Array): LayerFile["secret"] {
  if (secretByContent(path, head)) return "content";
  return secretByName(path) ? "name" : undefined;
}

function strippableIn(table: SectionTable, window: Window | undefined): StrippableBytes | undefined {
  const bytes = window?.bytes() ?? new Uint8Array();
  const start = bytes.length - table.length;
  if (window?.isWhole() !== true || start < 0) return undefined;
  const found = strippableBytes(table, bytes.subarray(start), bytes.subarray(0, start));
  return found.symbols + found.debug === 0 ? undefined : found;
}

/** Keeps the bytes from `start` to `end` of what goes by. */
interface Window {
  add(part: Uint8Array, at: number): void;
  bytes(): Uint8Array;
  isWhole(): boolean;
}

function createWindow(start: number, end: number): Window {
  const from = Math.max(0, start);
  const parts: Uint8Array[] = [];
  let kept = 0;
  return {
    add: (part, at) => {
      const piece = part.subarray(Math.max(0, from - at), Math.max(0, end - at));
      if (piece.length === 0) return;
      parts.push(Uint8Array.from(piece));
      kept += piece.length;
    },
    bytes: () => Buffer.concat(parts),
    isWhole: () => kept === end - from,
  };
}
