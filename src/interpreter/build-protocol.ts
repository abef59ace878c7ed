/** A file of the sandbox. `bytes` is a link's target where `mode` is "link". */
export interface SandboxFile {
  /** Absolute, in the sandbox. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode: number | "link";
}

/** Where what the sandbox is given lies in it. */
export const SOURCE = "/src";
export const SITE = "env/lib/python/site-packages";

/** A hook of PEP 517 to be called. */
export interface HookCall {
  readonly hook: "get_requires_for_build_wheel" | "build_wheel";
  /** `build-backend`: "module" or "module:object". */
  readonly backend: string;
  /** `backend-path`, relative to the source. */
  readonly path: readonly string[];
  /** Absolute, in the sandbox. */
  readonly source: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a build says when it fails. */
export interface HookFailure {
  readonly error: string;
  /** What came first of a chain of errors. */
  readonly root: string;
  /** A module that is not there. */
  readonly missing: string | undefined;
  /** Programs that it tried to start. */
  readonly programs: readonly string[];
  /** Compiled modules that it asked setuptools for. */
  readonly extensions: readonly string[];
  /** The end of what it printed. */
  readonly log: string;
}

export type HookAnswer =
  | { readonly kind: "requires"; readonly requires: readonly string[] }
  | {
      readonly kind: "wheel";
      readonly filename: string;
      readonly bytes: Uint8Array;
      readonly extensions: readonly string[];
    }
  | { readonly kind: "failed"; readonly failure: HookFailure };

/** What goes to the process: each is answered by one frame. Bodies are the files' bytes, in their order. */
export type SandboxRequest =
  | { readonly type: "start"; readonly epoch: number; readonly memory: number; readonly files: readonly string[] }
  | { readonly type: "write"; readonly files: readonly Pick<SandboxFile, "path" | "mode">[] }
  | { readonly type: "call"; readonly call: HookCall };

/** What comes back: the answer's JSON as Python wrote it, or what went wrong below Python. A wheel is the body. */
export type SandboxReply =
  | { readonly type: "done"; readonly text: string; readonly log: string }
  | { readonly type: "broken"; readonly message: string; readonly log: string };
