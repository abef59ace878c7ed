/** What lies at a path below a virtual environment. */
export interface TreeNode {
  readonly type: "file" | "directory" | "other";
  /** Permission bits. */
  readonly mode: number;
  /** Hex; of files. */
  readonly sha256?: string;
  /** Bytes; of files. */
  readonly size?: number;
}

/** By path relative to the environment, without the directories that hold nothing. */
export interface InstalledTree {
  readonly nodes: ReadonlyMap<string, TreeNode>;
  /** Text of RECORD and where it lies. */
  readonly record: { readonly path: string; readonly text: string } | undefined;
}

export const IS_RECORD: RegExp = /^lib\/python[^/]*\/site-packages\/[^/]+\.dist-info\/RECORD$/;

/** One row of RECORD. */
export interface InstalledRow {
  /** As it stands in the file: "sha256=…". */
  readonly hash: string;
  readonly size: string;
}

/** Rows by name as they stand there; a reader that shares no code with src. Throws for a line that is no row and for a double. */
export function readInstalledRecord(text: string): ReadonlyMap<string, InstalledRow> {
  const rows = new Map<string, InstalledRow>();
  for (const line of text.split(/\r?\n/)) {
    if (line === "") continue;
    const [, quoted, plain = "", hash = "", size = ""] =
      /^(?:"((?:[^"]|"")*)"|([^",]*)),([^,]*),([^,]*)$/.exec(line) ?? [];
    const name = quoted === undefined ? plain : quoted.replaceAll('""', '"');
    if (name === "" || rows.has(name)) throw new Error(`RECORD: ${JSON.stringify(line)} is no row or a second one`);
    rows.set(name, { hash, size });
  }
  return rows;
}
