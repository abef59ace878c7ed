import type { ErrorCode, SourceLocation } from "../errors.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import type { OciasmTable } from "../resolve/pylock-document.ts";
import type { LockGraph } from "./graph.ts";
import type { PackageSources } from "./package-sources.ts";

/** What a lock or a requirements file asks for, before a target is known. */
export interface LockInput {
  /** "requirements.txt", "pylock.toml", … */
  readonly format: string;
  readonly file: string;
  readonly packages: readonly InputPackage[];
  readonly selection: Selection;
  readonly options: IndexOptions;
  /** Specifier set that the target's Python must meet. */
  readonly requiresPython?: string;
  /** Markers of which one must hold (PEP 751 `environments`). */
  readonly environments: readonly string[];
  readonly defaultGroups: readonly string[];
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  /** What a person should hear, e.g. an option that has no meaning here. */
  readonly warnings?: readonly string[];
  /** What a lock of ours says beyond PEP 751. */
  readonly ociasm?: OciasmTable;
}

/** How a lock says which of its packages a target gets. */
export type Selection =
  /** Each by its own marker; there is nothing to choose. */
  | { readonly by: "marker" }
  /** Each by its own marker, which may ask for `extras` and `dependency_groups` (PEP 751). */
  | { readonly by: "sets" }
  /** Those that are reached; `packages` is then empty. */
  | { readonly by: "graph"; readonly graph: LockGraph };

export interface InputPackage {
  /** Normalised. */
  readonly name: string;
  /** Exact; absent where only the file name tells. */
  readonly version?: string;
  readonly extras: readonly string[];
  readonly marker?: string;
  readonly requiresPython?: string;
  /** Hex sha256 of which the file's must be one; empty where the format carries none here. */
  readonly sha256: readonly string[];
  /** Files that the lock itself lists; empty: ask the index. */
  readonly files: readonly DistributionFile[];
  /** URL of the index that the lock names for it. */
  readonly index?: string;
  /** A direct wheel: URL (absolute) that the requirement names. */
  readonly direct?: { readonly url: string; readonly directUrl: string };
  readonly requested: boolean;
  /** A project's own folder, relative to the lock's: a member of a workspace or a path source. */
  readonly folder?: string;
  /** Why no wheel can come of it, e.g. a VCS source: an error only where its marker holds for the target. */
  readonly blocked?: Blocked;
  /** What could be built all the same: `blocked` holds where that is not allowed. */
  readonly sources?: PackageSources;
  readonly location: SourceLocation;
}

export interface Blocked {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** pip's words. URLs absolute, folders as file: URLs or absolute paths. */
export interface IndexOptions {
  readonly indexUrl?: string;
  readonly extraIndexUrls: readonly string[];
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
  readonly trustedHosts: readonly string[];
  readonly onlyBinary: readonly string[];
  readonly noBinary: readonly string[];
  readonly pre: boolean;
}

/** Reads a file named by another (`-r`, `-c`); undefined when there is none. Absolute path or relative to the folder of `from`. */
export type ReadInclude = (path: string, from: string) => { readonly path: string; readonly text: string } | undefined;

export interface InputContext {
  readonly file: string;
  /** The folder that is built: the project itself. Default: the folder of `file`. */
  readonly folder?: string;
  readonly readInclude: ReadInclude;
  /** For `${NAME}` in requirements files. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A lock format. Add one: a file here and a line in ./formats.ts. */
export interface InputFormat {
  readonly name: string;
  /** By the file's base name. */
  matches(baseName: string): boolean;
  /** Throws INPUT_INVALID with every problem found, each with its place. */
  parse(text: string, context: InputContext): LockInput;
}
