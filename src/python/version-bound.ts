import type { Version } from "./version.ts";

/** A cut between two neighbouring versions of PEP 440's total order. Bounds compare like their keys, by code unit. */
export interface VersionBound {
  readonly key: string;
  readonly version: Version;
  /**
   * Where the cut is: right before `version`; right after it, so before its local versions; after everything that has
   * its release, post-releases included.
   */
  readonly side: "before" | "after" | "after-release";
}
