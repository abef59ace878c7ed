import type { TarEntryType } from "../archive/tar-entry.ts";

/** A part of ListingEntry, or of a zip directory for wheels whose bytes are not read. */
export interface OwnedEntry {
  readonly path: string;
  readonly type: TarEntryType;
  /** Hex. */
  readonly sha256?: string;
  readonly crc32?: number;
  readonly size?: number;
  readonly linkName?: string;
}

export interface OwnedListing {
  /** The package: "opencv-python==4.9". */
  readonly owner: string;
  readonly entries: readonly OwnedEntry[];
}

/** A path that two packages bring, where the order of layers would decide which one is seen. */
export interface Conflict {
  /** `content`: two different files. `type`: a file where the other has a directory or a link. `case`: names that differ in case alone. */
  readonly kind: "content" | "type" | "case";
  readonly path: string;
  /** For `case` the other spelling; else the same path, or the directory's. */
  readonly otherPath: string;
  readonly owners: readonly [string, string];
}

interface Owned {
  readonly owner: string;
  readonly entry: OwnedEntry;
}

/**
 * Compares every path of every listing, sorted by path. Equal content is no conflict: it lies in both layers. Content
 * that can't be compared (no hash on one side) counts as different. Names that differ in case are told apart on Linux,
 * so they are for a warning only.
 */
export function findConflicts(listings: readonly OwnedListing[]): readonly Conflict[] {
  const sorted = [...listings].sort((a, b) => (a.owner < b.owner ? -1 : 1));
  const seen = new Map<string, Owned>();
  const folded = new Map<string, Owned>();
  const conflicts: Conflict[] = [];
  for (const { owner, entries } of sorted) {
    for (const entry of entries) {
      const first = seen.get(entry.path);
      if (first === undefined) {
        seen.set(entry.path, { owner, entry });
        noteCase(folded, { owner, entry }, conflicts);
      } else if (first.owner !== owner) {
        const kind = compareEntries(first.entry, entry);
        if (kind !== undefined) conflicts.push(conflictOf(kind, first, { owner, entry }));
      }
    }
  }
  conflicts.push(...blockedParents(seen));
  return conflicts.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function compareEntries(a: OwnedEntry, b: OwnedEntry): "content" | "type" | undefined {
  if (a.type !== b.type) return "type";
  if (a.type === "directory") return undefined;
  if (a.type !== "file") return a.linkName === b.linkName ? undefined : "content";
  if (a.sha256 !== undefined && b.sha256 !== undefined) return a.sha256 === b.sha256 ? undefined : "content";
  const comparable = a.crc32 !== undefined && a.size !== undefined;
  return comparable && a.crc32 === b.crc32 && a.size === b.size ? undefined : "content";
}

/** Files and links that lie where another package has a directory without an entry of its own. */
function* blockedParents(seen: ReadonlyMap<string, Owned>): Generator<Conflict> {
  const told = new Set<string>();
  for (const [path, owned] of seen) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const parent = path.slice(0, end);
      const blocker = seen.get(parent);
      if (blocker === undefined || blocker.entry.type === "directory" || blocker.owner === owned.owner) continue;
      if (told.has(parent)) break;
      told.add(parent);
      yield conflictOf("type", blocker, owned);
    }
  }
}

function noteCase(folded: Map<string, Owned>, owned: Owned, conflicts: Conflict[]): void {
  const key = foldPath(owned.entry.path);
  const first = folded.get(key);
  if (first === undefined) folded.set(key, owned);
  else if (first.owner !== owned.owner) conflicts.push(conflictOf("case", first, owned));
}

/** Equal for names that a file system may take for one. */
export function foldPath(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

function conflictOf(kind: Conflict["kind"], first: Owned, second: Owned): Conflict {
  return {
    kind,
    path: first.entry.path,
    otherPath: second.entry.path,
    owners: [first.owner, second.owner],
  };
}
