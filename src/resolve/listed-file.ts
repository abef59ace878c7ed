import type { DistributionFile } from "./lock.ts";

/** A file on an index page. Pages list tens of thousands, of which few are looked at: only those are made into objects. */
export interface ListedFile<File extends DistributionFile = DistributionFile> {
  readonly filename: string;
  /** What names its bytes: the sha256 where it is known, else the URL. */
  readonly identity: string;
  /** A new object each time. */
  file(): File;
}

/** One that is an object already. */
export function listFile<File extends DistributionFile>(file: File): ListedFile<File> {
  return { filename: file.filename, identity: file.sha256 ?? file.url, file: () => file };
}
