import { crc32 } from "node:zlib";
import { createDeflate, DEFLATE_VERSION, type DeflateLevel } from "../archive/deflate.ts";
import { createBlocks } from "./blocks.ts";
import type { ByteSink, LayerCodec, LayerWriter, Splice } from "./codec.ts";
import { MEMBER_HEADER, memberTrailer } from "./gzip-member.ts";
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

  const writeMember = async (bytes: Uint8Array): Promise<void> => {
    members++;
    await sink.write(MEMBER_HEADER);
    await sink.write(deflate(bytes));
    await sink.write(memberTrailer(crc32(bytes), bytes.length));
  };
  const shared = createBlocks(block, writeMember);

  return {
    write: (chunk) => shared.write(chunk),
    splice: (file) => {
      if (file.compressedSize < SPLICE_THRESHOLD) return undefined;
      members++;
      return createSplice(sink, file, () => shared.flush());
    },
    finish: async () => {
      await shared.flush();
      if (members === 0) await writeMember(new Uint8Array(0));
      keepIdle(workspace);
    },
  };
}

function createSplice(
  sink: ByteSink,
  file: { readonly crc32: number; readonly size: number },
  endMember: () => Promise<void>,
): Splice {
  let begun = false;
  const begin = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    await endMember();
    await sink.write(MEMBER_HEADER);
  };
  return {
    raw: async (chunk) => {
      await begin();
      await sink.write(chunk);
    },
    end: async () => {
      await begin();
      await sink.write(memberTrailer(file.crc32, file.size));
    },
  };
}
