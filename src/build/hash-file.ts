import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { OciasmError, systemCode } from "../errors.ts";
import { SECRET_HEAD_BYTES } from "./secret-files.ts";

/** What a file of the project was while it was read. */
export interface HashedFile {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
  /** The first bytes, for the look of a secret. */
  readonly head: Uint8Array;
}

/** Hashes remembered from an earlier run, by a fingerprint of path, size, time and inode. */
export interface HashCache {
  get(fingerprint: string): Promise<string | undefined>;
  set(fingerprint: string, sha256: string): Promise<void>;
}

const CHUNK = 1 << 20;
/** Bytes from which on a remembered hash is had sooner than a new one. */
const WORTH_REMEMBERING = 4n << 20n;
const ATTEMPTS = 2;
/** A file younger than this may change again within the same tick of its file system's clock. */
const SETTLED_NANOSECONDS = 2_000_000_000n;

/** Streams a regular file through sha256; PROJECT_INVALID when it keeps changing under the reader. */
export async function hashFile(path: string, cache?: HashCache): Promise<HashedFile> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const hashed = await hashOnce(path, cache);
    if (hashed !== undefined) return hashed;
  }
  throw new OciasmError("PROJECT_INVALID", `${path} changes while it is read`, {
    hint: "stop what writes to it, or leave it out with .ociasmignore",
  });
}

async function hashOnce(path: string, cache: HashCache | undefined): Promise<HashedFile | undefined> {
  const file = await openFile(path);
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) return undefined;
    const fingerprint = [path, before.size, before.mtimeNs, before.ctimeNs, before.ino].join("\0");
    const buffer = Buffer.allocUnsafe(Number(before.size < BigInt(CHUNK) ? before.size + 1n : BigInt(CHUNK)));
    const first = await file.read(buffer, 0, buffer.length, 0);
    const head = Uint8Array.from(buffer.subarray(0, Math.min(first.bytesRead, SECRET_HEAD_BYTES)));
    const remembers = before.size >= WORTH_REMEMBERING ? cache : undefined;
    const known = await remembers?.get(fingerprint);
    const facts = { size: Number(before.size), executable: (before.mode & 0o111n) !== 0n, head };
    if (known !== undefined) return { ...facts, sha256: known };
    const hash = createHash("sha256");
    let total = 0;
    for (let count = first.bytesRead; count > 0; count = (await file.read(buffer, 0, buffer.length, total)).bytesRead) {
      hash.update(buffer.subarray(0, count));
      total += count;
    }
    const after = await file.stat({ bigint: true });
    if (total !== facts.size || after.size !== before.size || after.mtimeNs !== before.mtimeNs) return undefined;
    const sha256 = hash.digest("hex");
    const now = BigInt(Date.now()) * 1_000_000n;
    if (now - before.mtimeNs > SETTLED_NANOSECONDS) await remembers?.set(fingerprint, sha256);
    return { ...facts, sha256 };
  } finally {
    await file.close();
  }
}

/** Without following a link that took the file's place since it was listed. */
async function openFile(path: string): ReturnType<typeof open> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = systemCode(error);
    if (code === "EACCES" || code === "EPERM") {
      throw new OciasmError("PROJECT_INVALID", `${path} can't be read: permission denied`, {
        hint: "make it readable, or leave it out with .ociasmignore",
        cause: error,
      });
    }
    if (code === "ENOENT" || code === "ELOOP") {
      throw new OciasmError("PROJECT_INVALID", `${path} went away while the project was read`, { cause: error });
    }
    throw error;
  }
}
