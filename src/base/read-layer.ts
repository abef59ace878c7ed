import { createHash } from "node:crypto";
import { PassThrough, pipeline, Readable, type Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { readTar, type TarMember } from "../archive/tar-read.ts";
import { createUnzstd } from "../codec/unzstd.ts";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { layerCompression } from "../oci/media-types.ts";

// Real layers stay below 20; what is larger than this and grows by more is made to hurt.
const MAX_RATIO = 300;
const FREE_BYTES: number = 1024 ** 3;

/**
 * Reads a layer once, from the blob's bytes on, and hands every member to `visit`. Blob and tar are hashed on the way:
 * one that is not what the manifest and the config promise rejects with HASH_MISMATCH. Gives the bytes of the tar.
 */
export async function readLayer(
  layer: Descriptor,
  diffId: Digest,
  blob: AsyncIterable<Uint8Array>,
  visit: (member: TarMember) => Promise<void>,
): Promise<number> {
  const blobHash = meter();
  const tarHash = meter();
  const plain = await decompressed(layer, blobHash.pass(blob));
  const limit = Math.max(FREE_BYTES, layer.size * MAX_RATIO);
  const label = `layer ${layer.digest}`;
  try {
    const limits = { label, maxTotalSize: limit, endOptional: true };
    for await (const member of readTar(tarHash.pass(atMost(limit, plain, label)), limits)) await visit(member);
  } catch (error) {
    throw readable(error, label);
  }
  check(`the blob of ${label}`, layer.digest, blobHash.digest());
  check(`the content of ${label}`, diffId, tarHash.digest());
  return tarHash.bytes();
}

function check(what: string, expected: Digest, actual: Digest): void {
  if (actual === expected) return;
  throw new OciasmError("HASH_MISMATCH", `${what} should have ${expected} and has ${actual}`, {
    hint: "pull the base again; if it happens again, its image is damaged",
  });
}

/** zlib's own errors say that the blob is damaged. */
function readable(error: unknown, label: string): unknown {
  const isZlib = error instanceof Error && "code" in error && /^(Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code));
  if (!isZlib) return error;
  return new OciasmError("ARCHIVE_INVALID", `${label} can't be decompressed: ${error.message}`, { cause: error });
}

/** Members are counted by whoever reads the tar; this counts what may come behind its end as well. */
async function* atMost(
  limit: number,
  chunks: AsyncIterable<Uint8Array>,
  label: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limit) throw new OciasmError("ARCHIVE_INVALID", `${label} unpacks to more than ${limit} bytes`);
    yield chunk;
  }
}

interface Meter {
  pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined>;
  bytes(): number;
  digest(): Digest;
}

function meter(): Meter {
  const hash = createHash("sha256");
  let bytes = 0;
  return {
    pass: async function* (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    bytes: () => bytes,
    digest: () => digestOfHex(hash.digest("hex")),
  };
}

async function decompressed(layer: Descriptor, blob: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const transform = await decompressor(layer);
  // pipeline hands failures of the source on to the reader and closes the source when the reader stops.
  return pipeline(Readable.from(blob, { objectMode: false }), transform, () => {}) as AsyncIterable<Uint8Array>;
}

async function decompressor(layer: Descriptor): Promise<Transform> {
  const compression = layerCompression(layer.mediaType);
  if (compression === "gzip") return createGunzip();
  return compression === "zstd" ? createUnzstd() : new PassThrough();
}
