import { inflateRawSync } from "node:zlib";
import { bytesSource, concatBytes, fromUtf8, utf8 } from "../../src/archive/bytes.ts";
import { readZip } from "../../src/archive/zip.ts";
import type { ZipEntry } from "../../src/archive/zip-entry.ts";
import { findDistInfo, scriptEntries } from "../../src/install/dist-info.ts";
import type { InstallPlan, PlannedFile } from "../../src/install/plan.ts";
import { planInstall } from "../../src/install/plan-install.ts";
import { SCRIPT_HEAD_BYTES, type WheelContents } from "../../src/install/wheel-contents.ts";
import { venv } from "../layers/fixtures.ts";
import { buildWheel, type WheelSpec } from "../support/wheel.ts";

export const SITE = "app/.venv/lib/python3/site-packages";

/** Reads what planInstall wants to know, as ring 2 does. */
export async function contentsOf(
  filename: string,
  bytes: Uint8Array,
  changes: Partial<WheelContents> = {},
): Promise<WheelContents> {
  const source = bytesSource(bytes);
  const entries = await readZip(source);
  const text = (entry: ZipEntry | undefined) => (entry === undefined ? undefined : fromUtf8(readEntry(bytes, entry)));
  const distInfo = findDistInfo(entries, filename);
  const entryPoints = text(distInfo.entryPoints);
  const heads = new Map<string, Uint8Array>();
  for (const entry of scriptEntries(entries)) {
    heads.set(entry.name, readEntry(bytes, entry).subarray(0, SCRIPT_HEAD_BYTES));
  }
  return {
    filename,
    entries,
    wheelFile: text(distInfo.wheelFile) ?? "",
    metadata: text(distInfo.metadata) ?? "",
    record: text(distInfo.record),
    ...(entryPoints === undefined ? {} : { entryPoints }),
    scriptHeads: heads,
    ...changes,
  };
}

export function readEntry(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const raw = bytes.subarray(entry.dataOffset, entry.dataOffset + entry.compressedSize);
  return entry.method === 8 ? inflateRawSync(raw) : raw;
}

/** The bytes that a plan stands for. */
export function writtenBytes(bytes: Uint8Array, { content }: PlannedFile): Uint8Array {
  if (content.from === "text") return utf8(content.text);
  const stored = readEntry(bytes, content.entry);
  return content.from === "zip" ? stored : concatBytes([utf8(content.prefix), stored.subarray(content.skip)]);
}

export async function planOf(spec: Partial<WheelSpec>, changes: Partial<WheelContents> = {}): Promise<InstallPlan> {
  const wheel = buildWheel({ name: "demo", version: "1.0", ...spec });
  return planInstall(await contentsOf(wheel.filename, wheel.bytes, changes), venv);
}
