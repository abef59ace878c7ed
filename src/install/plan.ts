import type { ZipEntry } from "../archive/zip-entry.ts";

/** Where a planned file's bytes come from. */
export type PlannedContent =
  | { readonly from: "zip"; readonly entry: ZipEntry }
  /** The zip entry with its first line replaced: `skip` bytes dropped, `prefix` put before the rest. */
  | { readonly from: "script"; readonly entry: ZipEntry; readonly skip: number; readonly prefix: string }
  | { readonly from: "text"; readonly text: string };

export interface PlannedFile {
  /** Image path without a leading slash. */
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly content: PlannedContent;
  /** What RECORD promises of a zip entry: sha256 as hex, to be checked while the bytes pass. */
  readonly expectedSha256?: string;
}

/** All files of one wheel, sorted by path; its RECORD is written once the hashes of scripts are known. */
export interface InstallPlan {
  readonly distribution: string;
  readonly version: string;
  readonly files: readonly PlannedFile[];
  /** What a person should hear: a missing RECORD row, a .pth file with code. */
  readonly warnings: readonly string[];
}
