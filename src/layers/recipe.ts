import type { Digest } from "../oci/digest.ts";

export type LayerKind = "base" | "system" | "python" | "package" | "bucket" | "bytecode" | "environment" | "project";

/** What goes into a layer, known before any byte is fetched. Paths are image paths without a leading slash. */
export type LayerSource =
  | WheelSource
  | DebSource
  | PythonSource
  | FileSource
  | TextSource
  | LinkSource
  | DirectorySource
  | GeneratedSource
  | BytecodeSource;

export interface WheelSource {
  readonly type: "wheel";
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly sha256: string;
  /** Bytes of the wheel. */
  readonly size: number;
  /** Text of direct_url.json. */
  readonly directUrl?: string;
  /** Image paths (glob) that another package was chosen to provide. */
  readonly exclude?: readonly string[];
  /** Only these of its files; the others lie in layers of their own (see ./wheel-parts.ts). */
  readonly part?: WheelPart;
}

export interface WheelPart {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

export interface DebSource {
  readonly type: "deb";
  readonly package: string;
  readonly version: string;
  readonly architecture: string;
  readonly filename: string;
  readonly sha256: string;
  readonly size: number;
  /** Image paths to leave out, in order: `*` within a part, `**` over parts, a leading `!` takes back in. */
  readonly exclude?: readonly string[];
  /** Lies in a lower layer: read for the layer's generated files only, not unpacked. */
  readonly below?: true;
}

/** A standalone Python: an archive with one folder `python`. */
export interface PythonSource {
  readonly type: "python";
  /** With the patch level. */
  readonly version: string;
  readonly filename: string;
  readonly sha256: string;
  /** Bytes of the archive. */
  readonly size: number;
  /** Image path that the folder becomes. */
  readonly prefix: string;
  /** Paths below the prefix to leave out; as in DebSource. */
  readonly exclude: readonly string[];
}

/** A file of the project; its bytes lie on this host at a place that is no part of the key. */
export interface FileSource {
  readonly type: "file";
  readonly path: string;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly sha256: string;
  readonly size: number;
}

export interface TextSource {
  readonly type: "text";
  readonly path: string;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly text: string;
}

export interface LinkSource {
  readonly type: "symlink";
  readonly path: string;
  readonly target: string;
}

export interface DirectorySource {
  readonly type: "directory";
  readonly path: string;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Made from the other sources of the layer, e.g. the CA bundle or the dpkg status; `generator` carries a version. */
export interface GeneratedSource {
  readonly type: "generated";
  readonly generator: string;
}

/** The project's own modules, which are compiled together. */
export interface ModulesSource {
  readonly type: "modules";
  /** For people. */
  readonly filename: string;
  /** Of the paths and digests of its files. */
  readonly sha256: string;
  /** Bytes of all files. */
  readonly size: number;
  readonly files: readonly FileSource[];
}

/** The bytecode of a wheel's, a Debian package's, a standalone Python's or the project's modules, beside where they lie. */
export interface BytecodeSource {
  readonly type: "bytecode";
  readonly of: WheelSource | DebSource | PythonSource | ModulesSource;
  /** "3.11" */
  readonly python: string;
  /** Names the program whose bytes these are: another one may give others. */
  readonly compiler: string;
  /** Whether modules in folders of tests have any. */
  readonly tests: boolean;
}

export interface LayerRecipe {
  readonly kind: LayerKind;
  /** For people: "torch", "nvidia", "packages 3 of 16". No part of the key. */
  readonly title: string;
  /** For people and tools: "torch==2.9.1", "libc6=2.36-9+deb12u10". No part of the key. */
  readonly packages: readonly string[];
  readonly sources: readonly LayerSource[];
  readonly scheme: InstallScheme;
  readonly codec: CodecChoice;
  /** Seconds since 1970 that every entry carries. */
  readonly mtime: number;
  /** Attributes of directories that the base owns and that this layer's paths pass through. */
  readonly directories: readonly DirectorySource[];
}

/** Where a wheel's files land. Image paths without a leading slash. */
export interface InstallScheme {
  readonly name: string;
  /** purelib and platlib. */
  readonly site: string;
  readonly scripts: string;
  readonly headers: string;
  readonly data: string;
  /** Absolute path of the interpreter for `#!` lines. */
  readonly interpreter: string;
  /** Directory links that the environment layer makes: a wheel's path that starts with a key goes to the value. Keys may hold `*` for one path part. */
  readonly links: Readonly<Record<string, string>>;
}

export interface CodecChoice {
  readonly name: "gzip" | "zstd" | "none";
  readonly level: number;
  /** Names every program whose bytes reach the output: another fingerprint may mean another digest. */
  readonly fingerprint: string;
}

/** What is known of a layer that exists. `key` is absent for layers of a foreign base. */
export interface LayerRecord {
  readonly key?: Digest;
  readonly kind: LayerKind;
  readonly title: string;
  readonly packages: readonly string[];
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes of the blob. */
  readonly size: number;
  readonly diffId: Digest;
  /** Bytes of the tar. */
  readonly uncompressedSize?: number;
  /** Of a layer with wheels: the places that they fill (see ./roots.ts). */
  readonly roots?: readonly string[];
  /** Digest of the JSON listing in the blob store (see ./listing.ts). */
  readonly listing?: Digest;
}
