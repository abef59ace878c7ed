import { createHash } from "node:crypto";
import * as posix from "node:path/posix";
import { crc32 } from "node:zlib";
import { concatBytes, utf8 } from "../archive/bytes.ts";
import { finishRecord, unhashedPaths, type WrittenFile } from "../install/finish-record.ts";
import type { InstallPlan, PlannedFile } from "../install/plan.ts";
import { planInstall } from "../install/plan-install.ts";
import type { InstallScheme, WheelSource } from "../layers/recipe.ts";
import { type PartFile, wheelParts } from "../layers/wheel-parts.ts";
import { readContent } from "./content.ts";
import type { EntryContent, LayerEntry } from "./layer-entry.ts";
import { type PackedFile, packedWheel, pathOfFile, unpackFile, type WheelFrame } from "./packed-files.ts";
import type { SourceFile } from "./source-files.ts";
import { rawEntry, readMember, readWheelContents } from "./wheel-members.ts";

/** Scripts whose first line is rewritten are text: a few kilobytes in any wheel known. */
const MAX_SCRIPT = 2 ** 22;

export interface WheelEntriesOptions {
  readonly scheme: InstallScheme;
  readonly mtime: number;
}

export interface SourceEntries {
  readonly entries: readonly (LayerEntry | PackedFile)[];
  readonly warnings: readonly string[];
}

/** What a wheel puts into a layer, its new RECORD included. Contents are read later, but for scripts that are rewritten. */
export async function wheelEntries(
  source: WheelSource,
  file: SourceFile,
  { scheme, mtime }: WheelEntriesOptions,
): Promise<SourceEntries> {
  const plan = planInstall(await readWheelContents(file, source), scheme);
  const origin = { kind: "wheel", name: source.filename } as const;
  const frame: WheelFrame = { file, mtime, owner: `${source.name}==${source.version}`, origin };
  const packed = packedWheel(plan.files.length, frame);
  const entries: (LayerEntry | PackedFile)[] = [];
  for (const planned of plan.files) {
    const { content } = planned;
    entries.push(
      content.from === "zip" ? packed.add(planned, content.entry) : await madeEntry(planned, content, frame),
    );
  }
  const record = utf8(finishRecord(plan, await hashUnknown(plan, entries)));
  entries.push(
    layerEntry({ path: plan.recordPath, mode: 0o644 }, { from: "bytes", bytes: record }, record.length, frame),
  );
  return {
    entries: entriesOfPart(entries, plan, source),
    warnings: (source.part?.index ?? 0) === 0 ? plan.warnings : [],
  };
}

function entriesOfPart(
  entries: SourceEntries["entries"],
  { recordPath }: InstallPlan,
  { part }: WheelSource,
): SourceEntries["entries"] {
  if (part === undefined) return entries;
  const parts = wheelParts(
    entries.map((entry) => partFile(unpackFile(entry))),
    posix.dirname(recordPath),
    part.count,
  );
  return entries.filter((entry) => parts.get(pathOfFile(entry)) === part.index);
}

function partFile({ entry, content }: LayerEntry): PartFile {
  return { path: entry.path, bytes: content.from === "zip" ? content.entry.compressedSize : entry.size };
}

async function madeEntry(
  planned: PlannedFile,
  content: Exclude<PlannedFile["content"], { from: "zip" }>,
  frame: WheelFrame,
): Promise<LayerEntry> {
  if (content.from === "script") return await scriptEntry(planned, content, frame);
  const bytes = utf8(content.text);
  return layerEntry(planned, { from: "bytes", bytes }, bytes.length, frame);
}

/** Read once for its hash, which RECORD needs, and again when it is written: a wheel may hold any number of them. */
async function scriptEntry(
  planned: PlannedFile,
  content: Extract<PlannedFile["content"], { from: "script" }>,
  frame: WheelFrame,
): Promise<LayerEntry> {
  const raw = rawEntry(frame.file, content.entry, frame.origin.name);
  const { expectedSha256 } = planned;
  const promised = expectedSha256 === undefined ? raw : { ...raw, expectedSha256 };
  const make = async (): Promise<Uint8Array> =>
    concatBytes([utf8(content.prefix), (await readMember(promised, MAX_SCRIPT)).subarray(content.skip)]);
  const bytes = await make();
  const entry = layerEntry(planned, { from: "made", crc32: crc32(bytes), make }, bytes.length, frame);
  return { ...entry, expectedSha256: createHash("sha256").update(bytes).digest("hex") };
}

function layerEntry(
  { path, mode }: Pick<PlannedFile, "path" | "mode">,
  content: EntryContent,
  size: number,
  { owner, origin, mtime }: WheelFrame,
): LayerEntry {
  return { entry: { path, type: "file", mode, uid: 0, gid: 0, size, mtime }, content, owner, origin };
}

/** Hashes of files that the wheel's RECORD gives none for: they are read twice, and are few. */
async function hashUnknown(
  plan: InstallPlan,
  entries: SourceEntries["entries"],
): Promise<ReadonlyMap<string, WrittenFile>> {
  const unknown = new Set(unhashedPaths(plan));
  const written = new Map<string, WrittenFile>();
  for (const file of entries) {
    if (!unknown.has(pathOfFile(file))) continue;
    const entry = unpackFile(file);
    const sha256 = entry.expectedSha256 ?? (await readContent(entry, { onPlain: () => undefined }));
    written.set(entry.entry.path, { sha256, size: entry.entry.size });
  }
  return written;
}
