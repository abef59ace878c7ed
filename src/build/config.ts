import type { PythonArchive } from "../base/standalone-fetch.ts";
import type { HealthcheckSettings, ImageSettings } from "../image/settings.ts";
import type { Prerelease, Resolution } from "../input/request.ts";
import type { GroupAccount, UserAccount } from "../layers/accounts.ts";
import type { BytecodeScope } from "../layers/bytecode-scope.ts";
import type { TargetLibc } from "../python/target.ts";
import type { ExtraFile } from "./extra-file.ts";

/**
 * What `ociasm.yaml` or `[tool.ociasm]` says, and, after `mergeSettings`, what the whole run says. In files the keys
 * are written with dashes. Paths are as written: relative to the context.
 */
export interface BuildConfig {
  readonly base?: string;
  /** "linux/amd64", "linux/arm/v7". */
  readonly platforms?: readonly string[];
  /** "3.12", "3.12.4", with `t` for free-threaded; or a standalone Python to lay on the base. */
  readonly python?: string | PythonArchive;
  readonly libc?: TargetLibc;
  readonly lock?: string;
  readonly requirements?: readonly string[];
  readonly constraints?: readonly string[];
  /** Files of requirements that replace all others of their name. */
  readonly overrides?: readonly string[];
  readonly groups?: readonly string[];
  readonly extras?: readonly string[];
  readonly allExtras?: boolean;
  /** false leaves out the default groups of a lock. */
  readonly defaultGroups?: boolean;
  /** Name of the project of a workspace. */
  readonly package?: string;
  readonly resolution?: Resolution;
  readonly prerelease?: Prerelease;
  /** A date, or RFC 3339. */
  readonly excludeNewer?: string;
  readonly noBinary?: readonly string[];
  readonly onlyBinary?: readonly string[];
  /** Take wheels only: nothing is built from sources. */
  readonly noBuild?: boolean;
  /** The project is a package of the image, built by its own backend, instead of a folder on the import path. */
  readonly installProject?: boolean;
  readonly system?: readonly string[];
  readonly debMirror?: string;
  readonly snapshot?: string;

  readonly indexUrl?: string;
  readonly extraIndexUrl?: readonly string[];
  readonly findLinks?: readonly string[];
  readonly noIndex?: boolean;
  readonly trustedHost?: readonly string[];
  readonly indexStrategy?: IndexStrategy;

  readonly entrypoint?: readonly string[];
  /** Take the base's entrypoint and cmd instead of detecting one. */
  readonly inheritEntrypoint?: boolean;
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly envFile?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly expose?: readonly string[];
  readonly volumes?: readonly string[];
  readonly stopSignal?: string;
  readonly healthcheck?: HealthcheckSettings;
  readonly shell?: readonly string[];
  readonly onbuild?: readonly string[];
  readonly argsEscaped?: boolean;
  readonly author?: string;
  /** RFC 3339, or seconds since 1970. */
  readonly created?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
  readonly variant?: string;
  /** Raw members of the image's `config` object. */
  readonly config?: Readonly<Record<string, unknown>>;

  readonly layers?: LayersConfig;
  readonly compression?: CompressionConfig;
  readonly conflicts?: readonly ConflictConfig[];
  readonly leaveOut?: readonly LeaveOutConfig[];
  readonly files?: FilesConfig;
  readonly accounts?: AccountsConfig;
  readonly weights?: readonly WeightsConfig[];

  readonly tags?: readonly string[];
  /** Output specs as on the command line. */
  readonly outputs?: readonly string[];
  /** References, `oci:DIR` or `archive:FILE`: images of earlier builds. */
  readonly cacheFrom?: readonly string[];
  /** false takes no layers from images of earlier builds. */
  /** Which modules have bytecode in the image. */
  readonly bytecode?: BytecodeScope | "none";
  readonly registryCache?: boolean;
  readonly insecureRegistries?: readonly string[];
  /** By host, as in references. */
  readonly registries?: Readonly<Record<string, RegistryConfig>>;
}

/** How one registry is reached: see src/registry/settings.ts. */
export interface RegistryConfig {
  readonly mirrors?: readonly string[];
  /** File, relative to the context. */
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly http?: boolean;
}

/** Which of several indexes are asked for a name: as uv does, or as pip does. */
export type IndexStrategy = "first-index" | "all";

export interface LayersConfig {
  readonly budget?: number;
  /** auto, one, per-package, classic, or a file. */
  readonly policy?: string;
  /** Bytes. */
  readonly floor?: number;
  /** Bytes. */
  readonly maxLayerSize?: number;
  readonly groups?: readonly LayerGroupConfig[];
  /** Patterns of packages that have a layer each. */
  readonly pin?: readonly string[];
  /** Patterns of titles of the layers that come first. */
  readonly order?: readonly string[];
}

/** Packages that share a layer; names may hold `*`. */
export interface LayerGroupConfig {
  readonly name: string;
  readonly packages: readonly string[];
}

export interface CompressionConfig {
  readonly name: "gzip" | "zstd" | "none";
  readonly level?: number;
}

/** Which package provides a file that several bring along. */
export interface ConflictConfig {
  readonly winner: string;
  /** The packages that yield. */
  readonly over: readonly string[];
  /** Relative to site-packages, or absolute in the image (glob). */
  readonly paths: readonly string[];
}

export interface LeaveOutConfig {
  readonly packages: readonly string[];
  /** Relative to site-packages, or absolute in the image (glob). */
  readonly paths: readonly string[];
}

export interface FilesConfig {
  /** gitignore patterns. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly keep?: readonly string[];
  readonly extra?: readonly ExtraFile[];
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Folder in the image, absolute. */
  readonly destination?: string;
}

/** Lines for /etc/passwd and /etc/group. */
export interface AccountsConfig {
  readonly users?: readonly UserAccount[];
  readonly groups?: readonly GroupAccount[];
}

/** A file or folder that fills a layer of its own, and is no part of the project's. */
export interface WeightsConfig {
  readonly name: string;
  /** Path, relative to the context. */
  readonly source: string;
  /** Path in the image; one that ends in a slash is a folder. */
  readonly target: string;
  readonly mode?: number;
}

/** The part of the configuration that the image's own config is made of. */
export function imageSettings(config: BuildConfig): ImageSettings {
  const { env, entrypoint, cmd, user, workdir, labels, annotations, expose, volumes, stopSignal } = config;
  const { healthcheck, shell, onbuild, argsEscaped, author, osVersion, osFeatures, variant } = config;
  const all = { env, entrypoint, cmd, user, workdir, labels, annotations, exposedPorts: expose, volumes, stopSignal };
  const rest = {
    healthcheck,
    shell,
    onbuild,
    argsEscaped,
    author,
    osVersion,
    osFeatures,
    variant,
    config: config.config,
  };
  return present<ImageSettings>({ ...all, ...rest });
}

/** The record without the members that are undefined. */
export function present<T extends object>(record: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
