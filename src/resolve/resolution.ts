import type { SourceLocation } from "../errors.ts";
import type { PackageSources } from "../input/package-sources.ts";
import type { Target } from "../python/target.ts";
import type { DistributionFile } from "./lock.ts";

/** What a set of requirements comes to for one target, sorted by name. */
export interface ResolvedSet {
  readonly target: Target;
  readonly packages: readonly ResolvedPackage[];
  /** What a person should hear: a yanked file, an extra that a package does not have. */
  readonly warnings: readonly string[];
}

export interface ResolvedPackage {
  /** Normalised. */
  readonly name: string;
  /** Normalised (PEP 440), with the local part of the wheel. */
  readonly version: string;
  /** The wheel that fits the target; hash and size where the index gives them. */
  readonly file: DistributionFile;
  /** Every other file of this version that the index lists, for a lock that serves several targets. */
  readonly files: readonly DistributionFile[];
  /** Extras that somebody asks for. */
  readonly extras: readonly string[];
  /** Names of the packages that it needs on this target. */
  readonly dependencies: readonly string[];
  /** Asked for by the user. */
  readonly requested: boolean;
  readonly requiresPython?: string;
  /** Name or URL of the index that its source names. */
  readonly index?: string;
  /** Text of direct_url.json (PEP 610) for a URL requirement, credentials removed. */
  readonly directUrl?: string;
  /** What `file` was built of, where the user names that in the place of a wheel. */
  readonly sources?: PackageSources;
  /** Where the user asked for it. */
  readonly location?: SourceLocation;
}
