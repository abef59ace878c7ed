import type { SourceLocation } from "../errors.ts";
import type { Requirement } from "../python/requirement.ts";
import type { SpecifierSet } from "../python/specifier.ts";
import type { IndexOptions, InputContext, LockInput } from "./input.ts";

/** What a project asks for where nothing is locked yet. Keys of records are normalised names, without a prototype. */
export interface RequirementsInput {
  /** "requirements.txt", "pyproject.toml", "script", "setup.cfg". */
  readonly format: string;
  readonly file: string;
  readonly requirements: readonly Asked[];
  /** The project's own optional dependencies. */
  readonly extras: Readonly<Record<string, readonly Asked[]>>;
  /** Dependency groups, includes expanded (PEP 735). */
  readonly groups: Readonly<Record<string, readonly Asked[]>>;
  readonly defaultGroups: readonly string[];
  /** Bounds on what is reached anyway. */
  readonly constraints: readonly Asked[];
  /** Each takes the place of every requirement of its name. */
  readonly overrides: readonly Asked[];
  /** Names that are left out wherever they are asked for. */
  readonly excludes: readonly string[];
  readonly sources: readonly PackageSource[];
  readonly indexes: readonly NamedIndex[];
  readonly options: IndexOptions;
  /** What the project itself says of how to resolve. */
  readonly resolution: Partial<ResolutionOptions>;
  readonly requiresPython?: string;
  /** Markers of which one must hold for the target (`[tool.uv] environments`); absent: any target. */
  readonly environments?: readonly string[];
  /** Normalised name of the project itself, for extras that refer to it. */
  readonly project?: string;
  readonly warnings: readonly string[];
}

/** One requirement and where a person wrote it. */
export interface Asked {
  /** Its `url` is absolute: http(s):, file:, or `git+https:` and the like. */
  readonly requirement: Requirement;
  /** Of these one must hold beside the requirement's own specifiers: Poetry's `^1 || ^3`. */
  readonly anyOf?: readonly SpecifierSet[];
  /** As written, for messages. */
  readonly text: string;
  readonly location: SourceLocation;
  /** Hex sha256 of which a file's must be one; empty: any. */
  readonly sha256: readonly string[];
}

/** Where a package comes from, whatever asks for it (`[tool.uv.sources]`, poetry's `source`, pdm's). */
export interface PackageSource {
  /** Normalised. */
  readonly name: string;
  readonly from:
    | { readonly kind: "index"; readonly index: string }
    | { readonly kind: "url"; readonly url: string }
    | { readonly kind: "path"; readonly path: string; readonly editable: boolean }
    | { readonly kind: "git"; readonly url: string; readonly rev?: string; readonly subdirectory?: string }
    | { readonly kind: "workspace" };
  readonly marker?: string;
  readonly extra?: string;
  readonly group?: string;
  readonly location: SourceLocation;
}

export interface NamedIndex {
  readonly name: string;
  readonly url: string;
  /** Asked only for packages whose source names it. */
  readonly explicit: boolean;
  /** Takes the place of the default repository. */
  readonly default: boolean;
}

export type Resolution = "highest" | "lowest" | "lowest-direct";
export type Prerelease = "if-necessary" | "allow" | "disallow" | "explicit";

export interface ResolutionOptions {
  readonly resolution: Resolution;
  readonly prerelease: Prerelease;
  /** RFC 3339: files uploaded later don't exist. */
  readonly excludeNewer?: string;
  readonly excludeNewerPackage?: Readonly<Record<string, string>>;
}

/** A kind of file that asks without locking. Add one: a file here and a line in ./formats.ts. */
export interface RequestFormat {
  readonly name: string;
  /** By the file's base name. */
  matches(baseName: string): boolean;
  /** Throws INPUT_INVALID with every problem found, each with its place. A lock comes back where the file pins and hashes all. */
  parse(text: string, context: InputContext): RequirementsInput | LockInput;
}

export function isRequest(input: RequirementsInput | LockInput): input is RequirementsInput {
  return "requirements" in input;
}
