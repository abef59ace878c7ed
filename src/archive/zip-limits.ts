export interface ZipLimits {
  /** Bytes of all entries together, unpacked. */
  readonly maxTotalSize?: number;
  readonly maxEntries?: number;
  /** Bytes of the central directory. */
  readonly maxDirectorySize?: number;
  /** Bytes of the archive's end that are looked through for its end record, where the usual number costs a request. */
  readonly tailSize?: number;
  /** Rows of the directory whose name ends otherwise are counted, and not looked at. */
  readonly nameEnding?: string;
  /** What errors call the archive, e.g. its file name. */
  readonly label?: string;
}

export const DEFAULT_MAX_TOTAL_SIZE: number = 64 * 2 ** 30;
export const DEFAULT_MAX_ENTRIES = 500_000;
/** 500,000 entries of usual length are 65 MB. */
export const MAX_DIRECTORY_SIZE: number = 128 * 2 ** 20;

/** Deflate reaches 1032; big files that come near it are bombs (node-tar stops at 1000 too). */
const MAX_RATIO = 1000;
const RATIO_FROM_SIZE = 100_000_000;

export function isSuspicious(entry: { readonly size: number; readonly compressedSize: number }): boolean {
  return entry.size > RATIO_FROM_SIZE && entry.size > entry.compressedSize * MAX_RATIO;
}
