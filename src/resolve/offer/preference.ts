import { compareText } from "../../python/digits.ts";
import { comparePublic, compareVersions, isPrerelease, type Version } from "../../python/version.ts";
import { versionOrderKey } from "../../python/version-order.ts";
import type { Policy } from "./policy.ts";
import type { Release } from "./release.ts";

/**
 * The order in which versions are tried: what a lock had; then, where pre-releases are the last resort, all others
 * before them; then the highest, or the lowest. Of equal versions the one with a local part comes first, for a local
 * build is there to be preferred (`2.9.1+cpu`).
 */
export function byPreference(policy: Policy): (a: Release, b: Release) => number {
  return ({ version: a }, { version: b }) =>
    kept(policy, b) - kept(policy, a) ||
    (policy.prereleases === "last" ? Number(isPrerelease(a)) - Number(isPrerelease(b)) : 0) ||
    (policy.lowest ? comparePublic(a, b) : 0) ||
    compareText(versionOrderKey(b), versionOrderKey(a));
}

/** A lock's exact version; then, since other targets have other builds, another with the same public version. */
function kept({ preference }: Policy, version: Version): number {
  if (preference === undefined || comparePublic(preference, version) !== 0) return 0;
  return preference.local !== undefined && compareVersions(preference, version) === 0 ? 2 : 1;
}
