import { createHash } from "node:crypto";
import { parseRelease, type Release } from "../debian/release.ts";
import { isOciasmError, OciasmError } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import type { DebArchive } from "../resolve/deb-archives.ts";
import { type FetchDeps, fetchDocument } from "./debian-fetch.ts";
import { verifiedText } from "./openpgp.ts";

/** What is remembered of a release file once it was found good. Times in seconds. */
export interface ReleaseMark {
  readonly url: string;
  /** Hex sha256 of the InRelease file; absent where the server has none. */
  readonly sha256?: string;
  readonly date?: number;
  readonly validUntil?: number;
}

/** 150 kB today. */
const MAX_RELEASE = 16 * 1024 * 1024;

export function releaseUrl(archive: DebArchive): string {
  return `${archive.url}/dists/${archive.suite}/InRelease`;
}

/** The release file's bytes; undefined for an optional archive that the server lacks. */
export async function fetchRelease(archive: DebArchive, deps: FetchDeps): Promise<Uint8Array | undefined> {
  const url = releaseUrl(archive);
  const bytes = await fetchDocument(url, MAX_RELEASE, deps);
  if (bytes !== undefined || archive.optional) return bytes;
  throw new OciasmError("MIRROR_ERROR", `${redactUrl(url)} does not exist`, {
    hint: "check the mirror's URL: it holds a folder `dists`",
  });
}

/** Checks signature, name and expiry. Rejects with SIGNATURE_INVALID, which names the file. */
export async function verifyRelease(
  bytes: Uint8Array,
  archive: DebArchive,
  keys: readonly string[],
  now: number,
): Promise<{ readonly release: Release; readonly mark: ReleaseMark }> {
  const url = releaseUrl(archive);
  const text = await verifiedText(new TextDecoder().decode(bytes), keys, now).catch((error: unknown) => {
    if (!isOciasmError(error)) throw error;
    throw new OciasmError(error.code, `${redactUrl(url)} can't be trusted: ${error.message}`, {
      hint: "use a mirror of Debian's own archive",
      cause: error,
    });
  });
  const release = parseRelease(text);
  if (release.codename !== archive.suite && release.suite !== archive.suite) {
    throw new OciasmError("SIGNATURE_INVALID", `${redactUrl(url)} is of ${release.codename ?? "another suite"}`, {
      hint: "use a mirror of Debian's own archive",
    });
  }
  const mark: ReleaseMark = {
    url: redactUrl(url),
    sha256: createHash("sha256").update(bytes).digest("hex"),
    ...(release.date === undefined ? {} : { date: release.date }),
    ...(release.validUntil === undefined || archive.snapshot ? {} : { validUntil: release.validUntil }),
  };
  checkExpiry(mark, now);
  return { release, mark };
}

/** Throws SIGNATURE_INVALID once the date has passed up to which the archive vouches for the file. */
export function checkExpiry(mark: ReleaseMark, now: number): void {
  if (mark.validUntil === undefined || now <= mark.validUntil) return;
  throw new OciasmError(
    "SIGNATURE_INVALID",
    `${mark.url} expired on ${new Date(mark.validUntil * 1000).toISOString()}`,
    {
      hint: "the mirror lags behind: use another with --deb-mirror, or check this host's clock",
    },
  );
}

/**
 * Throws SIGNATURE_INVALID for a file that is older than one that was seen before: its signature is good, but whoever
 * serves it may hold back what was fixed since. `seen` in seconds.
 */
export function checkReplay(mark: ReleaseMark, seen: number | undefined): void {
  if (seen === undefined || mark.date === undefined || mark.date >= seen) return;
  const [old, known] = [mark.date, seen].map((time) => new Date(time * 1000).toISOString());
  throw new OciasmError("SIGNATURE_INVALID", `${mark.url} is of ${old}, and one of ${known} was seen before`, {
    hint: "the mirror lags behind or holds back updates: use another with --deb-mirror",
  });
}
