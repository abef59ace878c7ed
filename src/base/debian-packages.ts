import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { unxz } from "../codec/xz.ts";
import type { Release, ReleaseFile } from "../debian/release.ts";
import { OciasmError } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import type { DebArchive } from "../resolve/deb-archives.ts";
import { type FetchDeps, fetchPinned } from "./debian-fetch.ts";

/** 50 MB today; a list that a signed release file promises to be larger than this is not read. */
const MAX_PACKAGES = 512 * 1024 * 1024;

/** gzip first: Node unpacks it natively, and Debian's pockets have xz only. */
const PACKINGS = [".gz", ".xz", ""] as const;

/** The text of a suite's list of `main` packages for one architecture, from the store or the mirror, checked against the release file. */
export async function fetchPackages(
  archive: DebArchive,
  release: Release,
  architecture: string,
  deps: FetchDeps,
): Promise<string> {
  const folder = `main/binary-${architecture}`;
  const plain = release.files.get(`${folder}/Packages`);
  const packing = PACKINGS.find((ending) => release.files.has(`${folder}/Packages${ending}`));
  const file = packing === undefined ? undefined : release.files.get(`${folder}/Packages${packing}`);
  if (packing === undefined || file === undefined) {
    if (archive.optional) return "";
    throw new OciasmError("MIRROR_ERROR", `${redactUrl(archive.url)} has no ${folder}/Packages in ${archive.suite}`, {
      hint: "the suite does not support this platform: choose another --platform or --base",
    });
  }
  const suiteUrl = `${archive.url}/dists/${archive.suite}`;
  const named = `${suiteUrl}/${folder}/Packages${packing}`;
  const byHash = `${suiteUrl}/${folder}/by-hash/SHA256/${file.sha256}`;
  const packed = await readPinned(release.acquireByHash ? [byHash, named] : [named], file, deps);
  const bytes = await unpack(packed, packing, plain);
  return bytes.toString("utf8");
}

async function readPinned(urls: readonly string[], file: ReleaseFile, deps: FetchDeps): Promise<Uint8Array> {
  if (file.size > MAX_PACKAGES) throw new OciasmError("MIRROR_ERROR", `a package list of ${file.size} bytes`);
  const digest = `sha256:${file.sha256}` as const;
  if ((await deps.blobs.has(digest)) !== file.size) await fetchPinned(urls, file, deps);
  const blob = await deps.blobs.open(digest);
  try {
    return await blob.read(0, blob.size);
  } finally {
    await blob.close();
  }
}

async function unpack(packed: Uint8Array, packing: string, plain: ReleaseFile | undefined): Promise<Buffer> {
  const limit = plain?.size ?? MAX_PACKAGES;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of unpacked(packed, packing, limit)) {
    size += chunk.length;
    if (size > limit) throw new OciasmError("HASH_MISMATCH", `package list holds more than ${limit} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks, size);
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (plain !== undefined && actual !== plain.sha256) {
    throw new OciasmError("HASH_MISMATCH", `package list has sha256 ${actual} instead of ${plain.sha256}`);
  }
  return bytes;
}

function unpacked(packed: Uint8Array, packing: string, limit: number): AsyncIterable<Uint8Array> {
  if (packing === ".xz") return unxz(Readable.from([packed]), limit);
  if (packing === "") return Readable.from([packed]);
  const gunzip = createGunzip();
  gunzip.end(packed);
  return gunzip;
}
