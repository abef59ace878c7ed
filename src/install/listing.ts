import { utf8 } from "../archive/bytes.ts";
import type { ListingEntry } from "../layers/listing.ts";
import { digestOf, hexOf } from "../oci/digest.ts";
import { finishRecord, unhashedPaths } from "./finish-record.ts";
import type { InstallPlan, PlannedRow } from "./plan.ts";

/**
 * What the wheel will bring, before its bytes are read: sha256 from its RECORD, none for what has none there.
 * RECORD itself is pinned too where all of its hashes are known. Sorted by path.
 */
export function planListing(plan: InstallPlan, owner: string): readonly ListingEntry[] {
  const modes = new Map(plan.files.map((file) => [file.path, file.mode]));
  const entries = plan.recordRows.map((row) => fileEntry(row, modes.get(row.path) ?? 0o644, owner));
  return [...entries, recordEntry(plan, owner)].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fileEntry(row: PlannedRow, mode: number, owner: string): ListingEntry {
  return {
    path: row.path,
    type: "file",
    mode,
    uid: 0,
    gid: 0,
    ...(row.size === undefined ? {} : { size: row.size }),
    ...(row.sha256 === undefined ? {} : { sha256: row.sha256 }),
    owner,
  };
}

function recordEntry(plan: InstallPlan, owner: string): ListingEntry {
  const known = unhashedPaths(plan).length === 0;
  return { path: plan.recordPath, type: "file", mode: 0o644, uid: 0, gid: 0, ...(known ? pinOf(plan) : {}), owner };
}

function pinOf(plan: InstallPlan): { readonly size: number; readonly sha256: string } {
  const bytes = utf8(finishRecord(plan, new Map()));
  return { size: bytes.length, sha256: hexOf(digestOf(bytes)) };
}
