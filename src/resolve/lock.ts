import type { SourceLocation } from "../errors.ts";
import type { PackageSources } from "../input/package-sources.ts";
import type { Target } from "../python/target.ts";

/** A file of a package as an index, a lock or a folder names it. */
export interface DistributionFile {
  readonly filename: string;
  /** http(s): or file: URL, absolute, without credentials in what is shown or stored. */
  readonly url: string;
  /** Lower-case hex, where known. */
  readonly sha256?: string;
  /** Bytes, where known. */
  readonly size?: number;
  /** Specifier set of PEP 345. */
  readonly requiresPython?: string;
  /** The reason, or "" where none was given; absent when not yanked (PEP 592). */
  readonly yanked?: string;
  /** RFC 3339. */
  readonly uploadTime?: string;
}

/** A wheel that has been chosen for a target and whose bytes are pinned. */
export interface LockedWheel extends DistributionFile {
  readonly sha256: string;
  readonly size: number;
}

export interface LockedPackage {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly version: string;
  readonly wheel: LockedWheel;
  /** The source distribution that the wheel was built of here. */
  readonly sdist?: LockedWheel;
  /** What else it was built of; a folder by its absolute path. */
  readonly sources?: PackageSources;
  /** Asked for by the user rather than by another package (PEP 376 REQUESTED). */
  readonly requested: boolean;
  /** Text of direct_url.json (PEP 610) for a URL or path requirement, credentials removed. */
  readonly directUrl?: string;
  readonly location?: SourceLocation;
}

/** All wheels of one target, sorted by name. */
export interface Lock {
  readonly target: Target;
  readonly packages: readonly LockedPackage[];
}
