export type TarEntryType = "file" | "directory" | "symlink" | "hardlink" | "fifo" | "character-device" | "block-device";

/** One header of a layer. `path` is relative to the root: no leading or trailing slash, no `.` or `..` part. */
export interface TarEntry {
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  /** Target of a symlink (as is) or hardlink (a path like `path`). */
  readonly linkName?: string;
}
