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

/** One line of the RECORD to be written. */
export interface PlannedRow {
  /** Image path of the file, as in PlannedFile. */
  readonly path: string;
  /** Relative to site-packages, as RECORD has it. */
  readonly name: string;
  /** Hex; absent for rewritten scripts and for files of which the wheel promises none: `finishRecord` takes them. */
  readonly sha256?: string;
  /** Bytes. */
  readonly size?: number;
}

/** All files of one wheel but RECORD, sorted by path; RECORD is written once the hashes of scripts are known. */
export interface InstallPlan {
  readonly distribution: string;
  readonly version: string;
  /** Name of the directory in site-packages: `demo-1.0.dist-info`. */
  readonly distInfo: string;
  readonly files: readonly PlannedFile[];
  /** Image path of RECORD, mode 0644; its text is `finishRecord(plan, …)`. */
  readonly recordPath: string;
  /** A row for each of `files`, in the same order. */
  readonly recordRows: readonly PlannedRow[];
  /** What a person should hear: a file that RECORD does not list, a .pth file with code. */
  readonly warnings: readonly string[];
}
