import type { Version } from "../../python/version.ts";
import type { VersionRange } from "../../python/version-range.ts";
import type { DistributionFile } from "../lock.ts";

/** One version of a project, as far as an index tells. */
export interface Release {
  readonly version: Version;
  /** Those that may be used for some target, the offered one among them. */
  readonly files: () => readonly DistributionFile[];
  /** Told when it is asked about, and then kept: most versions of a project never are. */
  readonly offer: () => Offer;
}

export type Offer =
  /** Or a source distribution that a wheel is to be built of. */
  | { readonly kind: "wheel"; readonly wheel: DistributionFile }
  /** Why there is none for the target: a predicate in the singular. */
  | { readonly kind: "none"; readonly reason: string };

/** What is known of a project for the target. */
export interface Project {
  readonly name: string;
  /** All versions; those to try first come first. */
  readonly releases: readonly Release[];
  /** By order key. */
  readonly byKey: ReadonlyMap<string, Release>;
  /** From a version up to the next one that exists: what is true of it is true of all that. */
  readonly spanOf: (version: Version) => VersionRange;
  /** Why it has no release at all: a predicate. */
  readonly missing?: string;
  readonly warnings: readonly string[];
}
