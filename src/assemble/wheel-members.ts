import { concatBytes } from "../archive/bytes.ts";
import { readZip } from "../archive/zip.ts";
import type { ZipEntry } from "../archive/zip-entry.ts";
import { findDistInfo, scriptEntries } from "../install/dist-info.ts";
import { SCRIPT_HEAD_BYTES, type WheelContents } from "../install/wheel-contents.ts";
import type { WheelSource } from "../layers/recipe.ts";
import { blame } from "./blame.ts";
import { readContent } from "./content.ts";
import { plainChunks } from "./inflate.ts";
import type { LayerEntry } from "./layer-entry.ts";
import type { SourceFile } from "./source-files.ts";

/** RECORD of half a million files is 64 MB; the others are a few kilobytes in any wheel known. */
const MAX_RECORD = 2 ** 26;
const MAX_MEMBER = 2 ** 24;

/** Reads a wheel's directory and what must be known of it to plan its installation. Throws WHEEL_INVALID. */
export async function readWheelContents(file: SourceFile, source: WheelSource): Promise<WheelContents> {
  const { filename } = source;
  const entries = await readZip(file, { label: filename });
  const found = findDistInfo(entries, filename);
  const text = async (entry: ZipEntry, limit = MAX_MEMBER): Promise<string> =>
    decode(rawEntry(file, entry, filename), await readMember(rawEntry(file, entry, filename), limit));
  const contents: WheelContents = {
    filename,
    entries,
    wheelFile: await text(found.wheelFile),
    metadata: await text(found.metadata),
    record: found.record === undefined ? undefined : await text(found.record, MAX_RECORD),
    scriptHeads: await readScriptHeads(file, entries, filename),
  };
  return {
    ...contents,
    ...(found.entryPoints === undefined ? {} : { entryPoints: await text(found.entryPoints) }),
    ...(source.directUrl === undefined ? {} : { directUrl: source.directUrl }),
    ...(source.exclude === undefined ? {} : { exclude: source.exclude }),
  };
}

/** A zip entry as content of a file of the same name, for reading and for blaming. */
export function rawEntry(file: SourceFile, entry: ZipEntry, filename: string): LayerEntry {
  return {
    entry: { path: entry.name, type: "file", mode: 0o644, uid: 0, gid: 0, size: entry.size, mtime: 0 },
    content: { from: "zip", file, entry },
    origin: { kind: "wheel", name: filename },
  };
}

/** The whole content of a small member, checked. */
export async function readMember(member: LayerEntry, limit: number): Promise<Uint8Array> {
  const { size } = member.entry;
  if (size > limit) throw blame(member, `has ${size} bytes, the limit is ${limit}`);
  const chunks: Uint8Array[] = [];
  await readContent(member, {
    onPlain: (chunk) => {
      chunks.push(Uint8Array.from(chunk));
    },
  });
  return concatBytes(chunks);
}

/** METADATA of old wheels is not always UTF-8; nothing that decides can hide in a replacement character. */
function decode(member: LayerEntry, bytes: Uint8Array): string {
  const fatal = !member.entry.path.endsWith("/METADATA");
  try {
    return new TextDecoder("utf-8", { fatal, ignoreBOM: fatal }).decode(bytes);
  } catch (error) {
    throw blame(member, "is not UTF-8", error);
  }
}

async function readScriptHeads(
  file: SourceFile,
  entries: readonly ZipEntry[],
  filename: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const heads = new Map<string, Uint8Array>();
  for (const entry of scriptEntries(entries)) heads.set(entry.name, await readHead(file, entry, filename));
  return heads;
}

/** The first bytes alone: some wheels ship programs of 40 MB as scripts. They are checked when they are written. */
async function readHead(file: SourceFile, entry: ZipEntry, filename: string): Promise<Uint8Array> {
  const refuse = (problem: string) => blame(rawEntry(file, entry, filename), problem);
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const chunk of plainChunks(file, entry, { refuse })) {
    parts.push(Uint8Array.from(chunk.subarray(0, SCRIPT_HEAD_BYTES - size)));
    size += chunk.length;
    if (size >= SCRIPT_HEAD_BYTES) break;
  }
  return concatBytes(parts);
}
