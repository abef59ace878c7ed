import { crc32 } from "node:zlib";
import { createDeflate, DEFLATE_VERSION, type DeflateLevel } from "../archive/deflate.ts";
import { GZIP_HEADER, gzipTrailer } from "../archive/gzip.ts";
import { createBlocks } from "./blocks.ts";
import type { ByteSink, LayerCodec, LayerWriter } from "./codec.ts";
import { checkLevel } from "./level.ts";

/** Plain bytes of one shared member: docs/decisions/0002-gzip-members.md has the measurements. */
export const MEMBER_SIZE: number = 2 ** 20;

/** Compressed bytes from which a file is a member of its own; below, readers would pay more than the build saves. */
export const SPLICE_THRESHOLD: number = 2 ** 13;

const LEVELS = { min: 1, max: 9 };

/**
 * Gzip members one after the other (RFC 1952, 2.2): files with a deflate stream of their own keep it, the rest shares
 * members of a fixed number of plain bytes. The bytes depend on the tar and the splices only.
 */
export const gzip: LayerCodec = {
  name: "gzip",
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  defaultLevel: 6,
  fingerprint: (level) =>
    `gzip/1;deflate/${DEFLATE_VERSION};level=${checkLevel("gzip", level, LEVELS)};member=${MEMBER_SIZE};splice=${SPLICE_THRESHOLD}`,
  open: async (sink, level) => {
    const checked = checkLevel("gzip", level, LEVELS) as DeflateLevel;
    return createGzipWriter(sink, idle.get(checked)?.pop() ?? createWorkspace(checked));
  },
};

/** What one layer needs at a time. */
interface Workspace {
  readonly level: DeflateLevel;
  readonly deflate: (bytes: Uint8Array) => Uint8Array;
  readonly block: Uint8Array;
}

/** Two megabytes that a thread would allocate for each of its layers, and the collector sees as small objects. */
const idle = new Map<DeflateLevel, Workspace[]>();

function createWorkspace(level: DeflateLevel): Workspace {
  return { level, deflate: createDeflate(level), block: new Uint8Array(MEMBER_SIZE) };
}

function keepIdle(workspace: Workspace): void {
  idle.set(workspace.level, [...(idle.get(workspace.level) ?? []), workspace]);
}

function createGzipWriter(sink: ByteSink, workspace: Workspace): LayerWriter {
  const { deflate, block } = workspace;
  let members = 0;

  const writeMember = (bytes: Uint8Array): void => {
    members++;
    sink.write(GZIP_HEADER);
    sink.write(deflate(bytes));
    sink.write(gzipTrailer(crc32(bytes), bytes.length));
  };
  const shared = createBlocks(block);
  const endShared = (): void => {
    const rest = shared.rest();
    if (rest !== undefined) writeMember(rest);
  };

  return {
    write: (chunk) => {
      for (const full of shared.fill(chunk)) writeMember(full);
    },
    splice: (file) => {
      if (file.compressedSize < SPLICE_THRESHOLD) return undefined;
      members++;
      endShared();
      sink.write(GZIP_HEADER);
      return {
        raw: (chunk) => sink.write(chunk),
        end: () => sink.write(gzipTrailer(file.crc32, file.size)),
      };
    },
    finish: async () => {
      endShared();
      if (members === 0) writeMember(new Uint8Array(0));
      keepIdle(workspace);
    },
  };
}
