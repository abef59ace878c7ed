/** Modes of an entry (gitformat-index(5)). */
const EXECUTABLE = 0o100755;
const LINK = 0o120000;

/** What git keeps of a tracked file that a file system may not be able to tell. */
export type TrackedKind = "plain" | "executable" | "link";

const HEADER = 12;
/** Times, device, inode, mode, owner, size, a SHA-1 and flags. */
const FIXED = 62;
const MODE_AT = 24;
const EXTENDED = 0x4000;

/**
 * The tracked files of `.git/index`, of versions 2 to 4 with SHA-1 names, by their paths from the top of the work tree.
 * Undefined for what is none: who asks does without.
 */
export function readGitIndex(bytes: Uint8Array): ReadonlyMap<string, TrackedKind> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER || view.getUint32(0) !== 0x44495243) return undefined;
  const version = view.getUint32(4);
  const count = view.getUint32(8);
  if (version < 2 || version > 4) return undefined;
  const files = new Map<string, TrackedKind>();
  let at = HEADER;
  let previous: Uint8Array = new Uint8Array();
  for (let entry = 0; entry < count; entry++) {
    if (at + FIXED > bytes.length) return undefined;
    const mode = view.getUint32(at + MODE_AT);
    const start = at + FIXED + ((view.getUint16(at + FIXED - 2) & EXTENDED) === 0 ? 0 : 2);
    const name = version === 4 ? shortened(bytes, start, previous) : plainName(bytes, start);
    if (name === undefined) return undefined;
    files.set(
      new TextDecoder().decode(name.path),
      mode === LINK ? "link" : mode === EXECUTABLE ? "executable" : "plain",
    );
    previous = name.path;
    // Entries of older versions fill eights, with one NUL at least.
    at = version === 4 ? name.end + 1 : at + Math.ceil((name.end + 1 - at) / 8) * 8;
  }
  return files;
}

interface EntryName {
  readonly path: Uint8Array;
  /** Of the NUL after it. */
  readonly end: number;
}

function plainName(bytes: Uint8Array, start: number): EntryName | undefined {
  const end = bytes.indexOf(0, start);
  return end < 0 ? undefined : { path: bytes.subarray(start, end), end };
}

/** How much of the name before is dropped, as a variable-width number, and what follows instead. */
function shortened(bytes: Uint8Array, start: number, previous: Uint8Array): EntryName | undefined {
  let at = start;
  let byte = bytes[at++] ?? 0;
  let dropped = byte & 0x7f;
  while ((byte & 0x80) !== 0 && at < start + 4) {
    byte = bytes[at++] ?? 0;
    dropped = (dropped + 1) * 128 + (byte & 0x7f);
  }
  const rest = plainName(bytes, at);
  if (rest === undefined || dropped > previous.length) return undefined;
  const kept = previous.subarray(0, previous.length - dropped);
  const path = new Uint8Array(kept.length + rest.path.length);
  path.set(kept);
  path.set(rest.path, kept.length);
  return { path, end: rest.end };
}
