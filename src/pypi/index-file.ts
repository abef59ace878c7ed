import { normalizeName } from "../python/name.ts";
import type { ListedFile } from "../resolve/listed-file.ts";
import type { DistributionFile } from "../resolve/lock.ts";

/** A file as an index lists it. */
export interface IndexFile extends DistributionFile {
  /** PEP 714: the METADATA lies at the file's URL with `.metadata` appended. Its hash where the index gives one. */
  readonly coreMetadata?: { readonly sha256?: string };
}

/** The same on a page, where it is not yet an object. */
export type PageFile = ListedFile<IndexFile>;

const DISTRIBUTION = /\.(whl|tar\.gz|zip|tar\.bz2|tgz|tar\.xz|tbz|txz|tar)$/i;
/** What indexes still list from older days, and sidecars. */
const KNOWN = /\.(egg|exe|msi|rpm|deb|dmg|asc|metadata|tar\.z|tar\.lzma|lzma|attestation|provenance)$/i;

export function isDistribution(filename: string): boolean {
  return DISTRIBUTION.test(filename);
}

export function isKnownFile(filename: string): boolean {
  return DISTRIBUTION.test(filename) || KNOWN.test(filename);
}

/** Last part of a URL's path, decoded; undefined for one that is no plain file name. */
export function filenameOf(url: URL): string | undefined {
  const last = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  try {
    const name = decodeURIComponent(last);
    return name === "" || name.length > 512 || /[/\\\u0000-\u001f\u007f]/.test(name) || /^\.+$/.test(name)
      ? undefined
      : name;
  } catch {
    return undefined;
  }
}

/** Whether a file's name starts with a project's: for folders and pages that hold several projects. */
export function belongsTo(filename: string, name: string): boolean {
  if (filename.endsWith(".whl")) return normalizeName(filename.slice(0, filename.indexOf("-"))) === name;
  for (let at = filename.indexOf("-"); at > 0; at = filename.indexOf("-", at + 1)) {
    if (at > name.length * 4 + 64) return false;
    if (normalizeName(filename.slice(0, at)) === name && /^\d/.test(filename.slice(at + 1).replace(/^v/i, "")))
      return true;
  }
  return false;
}

export function isSha256(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
}
