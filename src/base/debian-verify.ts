import type { Release } from "../debian/release.ts";
import type { DebArchive } from "../resolve/deb-archives.ts";
import { type ReleaseMark, verifyRelease } from "./debian-release.ts";

/** Release files as they came: plain data, for another thread. */
export interface VerifyJob {
  readonly archives: readonly DebArchive[];
  /** By the position of their archives; undefined where the server has none. */
  readonly files: readonly (Uint8Array | undefined)[];
  /** ASCII-armored public keys. */
  readonly keys: readonly string[];
  /** Seconds since 1970. */
  readonly now: number;
  readonly architecture: string;
}

export interface Verified {
  /** Of its files only the lists of the architecture. */
  readonly release: Release;
  readonly mark: ReleaseMark;
}

/** By the position of the archives. Rejects with SIGNATURE_INVALID for the first that can't be trusted. */
export async function verifyReleases(job: VerifyJob): Promise<readonly (Verified | undefined)[]> {
  const all: (Verified | undefined)[] = [];
  for (const [at, archive] of job.archives.entries()) {
    const bytes = job.files[at];
    if (bytes === undefined) {
      all.push(undefined);
      continue;
    }
    const { release, mark } = await verifyRelease(bytes, archive, job.keys, job.now);
    const lists = [...release.files].filter(([path]) => path.split("/")[1] === `binary-${job.architecture}`);
    all.push({ release: { ...release, files: new Map(lists) }, mark });
  }
  return all;
}
