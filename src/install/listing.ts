import type { OwnedEntry } from "./conflicts.ts";
import type { InstallPlan } from "./plan.ts";

/**
 * What the wheel will bring, before its bytes are read, sorted by path: sha256 from its RECORD, none for what has none
 * there, nor for RECORD itself, which no other wheel brings.
 */
export function planListing({ recordRows, recordPath }: InstallPlan): readonly OwnedEntry[] {
  const entries = recordRows.map(
    ({ path, size, sha256 }): OwnedEntry => ({
      path,
      type: "file",
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(size === undefined ? {} : { size }),
    }),
  );
  return [...entries, { path: recordPath, type: "file" } as const].sort((a, b) => (a.path < b.path ? -1 : 1));
}
