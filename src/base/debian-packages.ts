import type { Release } from "../debian/release.ts";
import { OciasmError } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import type { DebArchive } from "../resolve/deb-archives.ts";
import { type FetchDeps, fetchPinned } from "./debian-fetch.ts";
import { MAX_PACKAGES, type PackageList } from "./debian-list.ts";

/** gzip first: Node unpacks it natively, and Debian's pockets have xz only. */
const PACKINGS = [".gz", ".xz", ""] as const;

/** Brings a suite's list of a component's packages for one architecture into the store; undefined for one that may be missing. */
export async function fetchPackages(
  archive: DebArchive,
  release: Release,
  folder: `${string}/binary-${string}`,
  deps: FetchDeps,
): Promise<PackageList | undefined> {
  const plain = release.files.get(`${folder}/Packages`);
  const packing = PACKINGS.find((ending) => release.files.has(`${folder}/Packages${ending}`));
  const file = packing === undefined ? undefined : release.files.get(`${folder}/Packages${packing}`);
  if (packing === undefined || file === undefined) {
    if (archive.optional) return undefined;
    throw new OciasmError("MIRROR_ERROR", `${redactUrl(archive.url)} has no ${folder}/Packages in ${archive.suite}`, {
      hint: "the suite does not support this platform: choose another --platform or --base",
    });
  }
  if (file.size > MAX_PACKAGES) throw new OciasmError("MIRROR_ERROR", `a package list of ${file.size} bytes`);
  const suiteUrl = `${archive.url}/dists/${archive.suite}`;
  const named = `${suiteUrl}/${folder}/Packages${packing}`;
  const byHash = `${suiteUrl}/${folder}/by-hash/SHA256/${file.sha256}`;
  const digest = `sha256:${file.sha256}` as const;
  if ((await deps.blobs.has(digest)) !== file.size) {
    await fetchPinned(release.acquireByHash ? [byHash, named] : [named], file, deps);
  }
  return { path: deps.blobs.path(digest), packing, plain };
}
