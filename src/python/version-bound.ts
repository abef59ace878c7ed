import type { Digits } from "./digits.ts";
import type { Version } from "./version.ts";
import { keyAfter, keyAfterRelease, versionOrderKey } from "./version-order.ts";

/**
 * A cut between two neighbouring versions of PEP 440's total order. Bounds compare like their keys, by code unit; a cut
 * has one key, however it was asked for.
 */
export interface VersionBound {
  readonly key: string;
  readonly version: Version;
  /**
   * Where the cut is: right before `version`; right after it, so before its local versions; after everything that has
   * its release, post-releases included.
   */
  readonly side: "before" | "after" | "after-release";
}

export function boundBefore(version: Version): VersionBound {
  return { key: versionOrderKey(version), version, side: "before" };
}

/** Between `version` and its own local versions. */
export function boundAfter(version: Version): VersionBound {
  return { key: keyAfter(version), version, side: "after" };
}

/** After `version`, whose local part is left out, and all its local versions: before the development release that follows. */
export function boundAfterLocals(version: Version): VersionBound {
  const { local: _, ...base } = version;
  if (base.dev !== undefined) return boundBefore({ ...base, dev: next(base.dev) });
  return boundBefore({ ...base, post: base.post === undefined ? "0" : next(base.post), dev: "0" });
}

/** After a release or a pre-release and all its post-releases; no post- or development release itself. */
export function boundAfterPosts(version: Version): VersionBound {
  const { epoch, release, pre } = version;
  if (pre === undefined) return { key: keyAfterRelease(version), version: { epoch, release }, side: "after-release" };
  return boundBefore({ epoch, release, pre: { kind: pre.kind, number: next(pre.number) }, dev: "0" });
}

/** Before the earliest version whose release starts with `release`, or that has it with zeros after it. */
export function boundBeforeRelease(epoch: Digits, release: readonly Digits[]): VersionBound {
  return boundBefore({ epoch, release, dev: "0" });
}

/** After the last version whose release starts with `release`. */
export function boundAfterPrefix(epoch: Digits, release: readonly Digits[]): VersionBound {
  return boundBeforeRelease(epoch, nextRelease(release));
}

/** 1.3 of 1.2. */
function nextRelease(release: readonly Digits[]): readonly Digits[] {
  return release.with(-1, next(release.at(-1) ?? "0"));
}

function next(digits: Digits): Digits {
  return digits.length < 15 ? String(Number(digits) + 1) : String(BigInt(digits) + 1n);
}
