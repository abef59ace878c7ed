import { TYPE_FLAGS } from "../archive/tar-header.ts";
import type { Analysis } from "./analysis.ts";
import type { LayerContents, LayerFile } from "./contents.ts";
import type { Gate } from "./gates.ts";

/** How many folders a document names. */
const FOLDERS = 500;

/**
 * What `analyze --json` prints (schema/analyze.schema.json). `layer` and `image` are as `dive --json` has them, the
 * files of the layers only where they were asked for.
 */
export function analysisDocument(
  analysis: Analysis,
  gates: readonly Gate[],
  contents: readonly LayerContents[],
  withFiles: boolean,
): object {
  const { dive, folders, tree: _, ...own } = analysis;
  return {
    schema: 1,
    ...own,
    folders: folders.slice(0, FOLDERS),
    efficiency: dive.efficiency,
    wasted: { bytes: dive.wastedBytes, share: dive.wastedUserPercent },
    gates,
    layer: contents.map((each) => diveLayer(each, withFiles)),
    image: {
      sizeBytes: dive.sizeBytes,
      inefficientBytes: dive.wastedBytes,
      efficiencyScore: dive.efficiency,
      fileReference: dive.inefficient.map(({ path, count, size }) => ({ count, sizeBytes: size, file: path })),
    },
  };
}

function diveLayer({ layer, files }: LayerContents, withFiles: boolean): object {
  return {
    index: layer.at,
    id: layer.descriptor.digest.slice("sha256:".length),
    digestId: layer.diffId ?? "",
    sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
    command: layer.createdBy.replace(/^\/bin\/sh -c /, ""),
    fileList: withFiles ? files.map(diveFile) : [],
  };
}

// POSIX.1-2024 pax, ustar's typeflag, as the byte that dive writes.
// Go's os.ModeDir and ModeSymlink, which dive's fileMode is made with.
const GO_DIRECTORY = 2 ** 31;
const GO_SYMLINK = 2 ** 27;

function diveFile({ path, type, linkName, size, mode, uid, gid }: LayerFile): object {
  const kind = type === "directory" ? GO_DIRECTORY : type === "symlink" ? GO_SYMLINK : 0;
  return {
    path,
    typeFlag: TYPE_FLAGS[type].charCodeAt(0),
    linkName: linkName ?? "",
    size,
    fileMode: kind + (mode & 0o777),
    uid,
    gid,
    isDir: type === "directory",
  };
}
