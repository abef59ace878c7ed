import type { PackageSources } from "../input/package-sources.ts";
import type { Prerelease, Resolution } from "../input/request.ts";
import type { LockedWheel } from "./lock.ts";

/** What a `pylock.toml` of ours says (PEP 751), with the table that `build` reads back. */
export interface PylockDocument {
  readonly requiresPython?: string;
  /** Markers of which one must hold. */
  readonly environments: readonly string[];
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly defaultGroups: readonly string[];
  /** Sorted by name, then version. */
  readonly packages: readonly PylockEntry[];
  readonly ociasm: OciasmTable;
}

export interface PylockEntry {
  readonly name: string;
  readonly version: string;
  readonly marker?: string;
  readonly requiresPython?: string;
  /** With a version only where the name has several entries. */
  readonly dependencies: readonly { readonly name: string; readonly version?: string }[];
  /** URL without credentials. */
  readonly index?: string;
  /** The wheel came by URL or path and from no index. */
  readonly direct: boolean;
  /** One for each target that needs another; sorted by file name. */
  readonly wheels: readonly LockedWheel[];
  /** A file of sources, where there is no wheel: `build` builds it. */
  readonly sdist?: LockedWheel;
  /** Other sources in the place of files. */
  readonly sources?: PackageSources;
}

/** `[tool.ociasm]`: what PEP 751 has no place for. */
export interface OciasmTable {
  /** `sha256:…` of what was asked for, or of the lock that was converted. */
  readonly inputs: string;
  /** The files that were read, by their paths from the lock. */
  readonly from: readonly string[];
  readonly constraints: readonly string[];
  readonly overrides: readonly string[];
  /** Packages that somebody asked for by name, sorted. */
  readonly requested: readonly string[];
  readonly targets: readonly TargetNote[];
  readonly options: OptionsNote;
  readonly base?: BaseNote;
}

/** A target in words of the command line. */
export interface TargetNote {
  readonly platform: string;
  readonly python: string;
  readonly libc: string;
}

/** Flags that the solver followed; absent where the default held. */
export interface OptionsNote {
  readonly resolution?: Resolution;
  readonly prerelease?: Prerelease;
  readonly excludeNewer?: string;
  readonly noBinary?: readonly string[];
}

/** The base as it was when the lock was written. */
export interface BaseNote {
  /** As `--base` has it. */
  readonly name: string;
  /** Of the image that the name stood for. */
  readonly digest?: string;
  /** A standalone Python that is laid on it. */
  readonly python?: { readonly url: string; readonly sha256: string };
  /** Debian packages that were asked for beyond the base's own. */
  readonly system: readonly string[];
  /** One for each platform of a `deb:` base. */
  readonly debs: readonly DebsNote[];
}

/** All Debian packages of one platform. */
export interface DebsNote {
  readonly platform: string;
  /** Of the suite's release file, in seconds since 1970: the date of the image. */
  readonly date?: number;
  readonly packages: readonly LockedDeb[];
}

export interface LockedDeb {
  /** The layer that it goes to. */
  readonly group: "base" | "python" | "system";
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  /** Suite of the archive that has it: "bookworm-security". */
  readonly suite: string;
  /** Path below the archive's URL. */
  readonly filename: string;
  readonly sha256: string;
  readonly size: number;
}
