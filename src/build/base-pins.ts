import type { BasePins } from "../base/base.ts";
import type { PythonArchive } from "../base/standalone-fetch.ts";
import { formatPlatform, type Platform } from "../oci/platform.ts";
import { formatReference, parseTagged } from "../oci/reference.ts";
import type { BaseNote } from "../resolve/pylock-document.ts";

const NOT_IN_A_REGISTRY = /^(?:deb:|oci:|archive:|scratch$)/;

/**
 * The base as a lock pins it: an image by its digest, Debian packages one by one. What the lock says of another base,
 * of other `--system` packages, of another standalone Python or of no such platform does not count.
 */
export function basePins(
  name: string,
  system: readonly string[],
  platform: Platform,
  note: BaseNote | undefined,
  python?: PythonArchive,
): { readonly spec: string; readonly pins?: BasePins } {
  if (note === undefined || note.name !== name) return { spec: name };
  if (note.digest !== undefined && !NOT_IN_A_REGISTRY.test(name)) return { spec: pinnedSpec(name, note.digest) };
  const debs = note.debs.find((one) => one.platform === formatPlatform(platform));
  const isSame = sameNames(note.system, system) && note.python?.sha256 === python?.sha256;
  return debs !== undefined && isSame ? { spec: name, pins: { debs } } : { spec: name };
}

function pinnedSpec(name: string, digest: string): string {
  const reference = parseTagged(name.replace(/^docker:\/\//, ""));
  return reference.digest === undefined ? `${formatReference(reference)}@${digest}` : name;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return [...new Set(a)].sort().join(" ") === [...new Set(b)].sort().join(" ");
}
