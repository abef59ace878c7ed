/** One file of a zip archive, as its central directory and its local header agree on it. */
export interface ZipEntry {
  /** As stored: forward slashes, relative, checked for traversal; a directory's ends in a slash. */
  readonly name: string;
  /** 0 stored, 8 deflate. */
  readonly method: 0 | 8;
  readonly compressedSize: number;
  /** Bytes of content, as promised: the reader of the content checks it. */
  readonly size: number;
  readonly crc32: number;
  /** Where the compressed bytes start in the archive. */
  readonly dataOffset: number;
  /** Unix permission bits, or 0 where the archive carries none. */
  readonly mode: number;
  readonly isDirectory: boolean;
}
