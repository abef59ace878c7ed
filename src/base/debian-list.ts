import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { unxz } from "../codec/xz.ts";
import { type BinaryPackage, parsePackages } from "../debian/packages.ts";
import { wholeParagraphs } from "../debian/paragraphs.ts";
import type { ReleaseFile } from "../debian/release.ts";
import { OciasmError } from "../errors.ts";

/** A Packages file on this host. */
export interface PackageList {
  readonly path: string;
  readonly packing: Packing;
  /** What it is once it is unpacked, where the release file tells. */
  readonly plain: ReleaseFile | undefined;
}

export type Packing = ".gz" | ".xz" | "";

/** 50 MB today; a list that a signed release file promises to be larger than this is not read. */
export const MAX_PACKAGES: number = 512 * 1024 * 1024;

const PIECE = 256 * 1024;

/** Reads a list piece by piece; rejects with HASH_MISMATCH when it is not what the release file promises. */
export async function readPackages(list: PackageList, archive: number): Promise<readonly BinaryPackage[]> {
  const packed = createReadStream(list.path, { highWaterMark: PIECE });
  const limit = list.plain?.size ?? MAX_PACKAGES;
  const packages: BinaryPackage[] = [];
  for await (const text of wholeParagraphs(checked(unpacked(packed, list.packing, limit), limit, list.plain))) {
    for (const item of parsePackages(text, archive)) packages.push(item);
  }
  return packages;
}

/** Passes the list on, and throws at its end when it was not what the release file promises. */
async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  plain: ReleaseFile | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new OciasmError("HASH_MISMATCH", `package list holds more than ${limit} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  const actual = hash.digest("hex");
  if (plain !== undefined && actual !== plain.sha256) {
    throw new OciasmError("HASH_MISMATCH", `package list has sha256 ${actual} instead of ${plain.sha256}`);
  }
}

function unpacked(packed: Readable, packing: Packing, limit: number): AsyncIterable<Uint8Array> {
  if (packing === ".xz") return unxz(packed, limit);
  if (packing === "") return packed;
  // Failures of the file reach the reader, and the file is closed when the reader stops.
  return pipeline(packed, createGunzip({ chunkSize: PIECE }), () => {});
}
