import { utf8 } from "../archive/bytes.ts";
import type { DirectorySource, FileSource, LinkSource, TextSource } from "../layers/recipe.ts";
import { hostPath } from "./host-path.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { directoryEntry } from "./merge.ts";

export type PlainSource = FileSource | TextSource | LinkSource | DirectorySource;

export interface FileEntriesOptions {
  readonly mtime: number;
  /** Host path by sha256. */
  readonly sources: Readonly<Record<string, string>>;
}

/** The entry of a source that is one: a project's file, a text, a link or a directory. */
export function plainEntry(source: PlainSource, options: FileEntriesOptions): LayerEntry {
  const origin = { kind: "project", name: source.path } as const;
  const { mtime } = options;
  switch (source.type) {
    case "directory":
      return { entry: directoryEntry(source, mtime), content: { from: "none" }, origin };
    case "symlink":
      return {
        entry: {
          path: source.path,
          type: "symlink",
          mode: 0o777,
          uid: 0,
          gid: 0,
          size: 0,
          mtime,
          linkName: source.target,
        },
        content: { from: "none" },
        origin,
      };
    case "text": {
      const bytes = utf8(source.text);
      return { entry: fileEntry(source, bytes.length, mtime), content: { from: "bytes", bytes }, origin };
    }
    case "file":
      return {
        entry: fileEntry(source, source.size, mtime),
        content: {
          from: "file",
          path: hostPath(options.sources, source.sha256, `/${source.path}`),
          offset: 0,
          length: source.size,
        },
        expectedSha256: source.sha256,
        origin,
      };
  }
}

function fileEntry(source: FileSource | TextSource, size: number, mtime: number): LayerEntry["entry"] {
  const { path, mode, uid = 0, gid = 0 } = source;
  return { path, type: "file", mode, uid, gid, size, mtime };
}
