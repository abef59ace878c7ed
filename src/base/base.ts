import type { Report } from "../events.ts";
import type { NeedingLibrary } from "../install/system-libraries.ts";
import type { DirectorySource, LayerRecipe, LayerRecord } from "../layers/recipe.ts";
import type { HttpClient } from "../net/http-client.ts";
import type { ImageConfig } from "../oci/config.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Platform } from "../oci/platform.ts";
import type { TargetLibc } from "../python/target.ts";
import type { Registries } from "../registry/registries.ts";
import type { DebsNote } from "../resolve/pylock-document.ts";
import type { BlobStore, KeyIndex } from "../store/blob-store.ts";

/** What an image starts from. Either finished layers (an image) or recipes (Debian packages) or neither (scratch). */
export interface Base {
  /** As given by the user, for messages. */
  readonly spec: string;
  readonly platform: Platform;
  /** org.opencontainers.image.base.name and .digest, where the base is an image. */
  readonly name?: string;
  readonly digest?: Digest;
  /** What the name stood for: the digest of an index, or of the manifest; for locks. */
  readonly pin?: Digest;
  /** Every Debian package of it, for locks. */
  readonly debs?: DebsNote;
  /** Repository that has the layers, e.g. "localhost:5000/base": a registry may mount them from there. */
  readonly origin?: string;
  readonly layers: readonly LayerRecord[];
  readonly recipes: readonly LayerRecipe[];
  /** The base's own config to inherit from; an empty one for scratch. */
  readonly config: ImageConfig;
  readonly facts: BaseFacts;
  /** The shared libraries that it has; undefined where that can't be told. */
  libraries?(): Promise<SystemLibraries | undefined>;
  /** Libraries and programs that are laid on it with needs of their own: those of a standalone Python. */
  readonly binaries?: readonly NeedingLibrary[];
  /** What reading the layers of an image told, for builds that don't have them (see ./base-note.ts). */
  readonly note?: string;
  /** Newest date among the inputs, RFC 3339. */
  readonly created?: string;
  /** Makes a layer's blob (or a deb's) available in the store; `fetchSource` by sha256 hex for recipes. */
  fetchLayer(layer: Descriptor, report: Report, signal: AbortSignal): Promise<void>;
  fetchSource(sha256: string, report: Report, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Shared libraries by the names that programs ask for: "libGL.so.1". */
export interface SystemLibraries {
  has(soname: string): boolean;
  /** The packages that bring one, the one to take first. */
  packagesOf(soname: string): readonly string[];
  /** Whether a package is there for the libraries in it. */
  isLibrary(name: string): boolean;
}

/** What the target's Python and file tree look like, read from the base itself. */
export interface BaseFacts {
  readonly python?: {
    readonly version: string /** Absolute path in the image. */;
    readonly executable: string;
    readonly freeThreaded: boolean;
  };
  readonly libc?: TargetLibc;
  /** Directories that exist with other attributes than 0755 0:0, and all links to directories, by path without leading slash. */
  readonly directories: readonly DirectorySource[];
  readonly links: Readonly<Record<string, string>>;
  /** Text of /etc/passwd and /etc/group, where there is one. */
  readonly passwd?: string;
  readonly group?: string;
  /** Absolute path of a bundle of certificate authorities. */
  readonly authorities?: string;
}

export interface BaseRequest {
  readonly platform: Platform;
  /** Debian packages to add; only `deb:` bases take any. */
  readonly system: readonly string[];
  /** Packages that count as there wherever another one needs them. */
  readonly without?: readonly string[];
  /** Another Python is laid on it: a `deb:` base goes without its own. */
  readonly noPython?: boolean;
  readonly debMirror?: string;
  readonly snapshot?: string;
  /** What a lock says of the base. */
  readonly pins?: BasePins;
  /** Date in seconds of the Debian release that a lock knows, where it is not followed: nothing older is taken. */
  readonly since?: number;
  readonly codec: LayerRecipe["codec"];
  readonly offline: boolean;
  /** The note that an earlier image has of the base image with this digest. */
  readonly noteOf?: (digest: Digest) => Promise<string | undefined>;
}

/** Parts of a base that are not looked up again. */
export interface BasePins {
  readonly debs?: DebsNote;
}

export interface BaseDeps {
  readonly blobs: BlobStore;
  readonly index: KeyIndex;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Shared by all of a run; the caller closes it. Loads its engine at the first request. */
  readonly http: HttpClient;
  /** Shared logins, where the caller has any. */
  readonly registries?: Registries;
  /** Seconds since 1970, for expiry dates and for how long an answer may be trusted. */
  readonly now: number;
}

/** Where bases come from. Add one: a file here and a line in ./providers.ts. */
export interface BaseProvider {
  readonly name: string;
  matches(spec: string): boolean;
  open(spec: string, request: BaseRequest, deps: BaseDeps): Promise<Base>;
}
