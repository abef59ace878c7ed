/** Every way in which a run can end badly, with the exit code that tells scripts whose turn it is. */
const EXIT_CODES = {
  // 1: our fault or the machine's
  BUG: 1,
  IO_ERROR: 1,
  DISK_FULL: 1,
  // 2: the call or the configuration
  USAGE: 2,
  CONFIG_INVALID: 2,
  INPUT_NOT_FOUND: 2,
  INPUT_INVALID: 2,
  INPUT_UNSUPPORTED: 2,
  BASE_INVALID: 2,
  BASE_MISMATCH: 2,
  IMAGE_NOT_FOUND: 2,
  PROJECT_INVALID: 2,
  // 3: resolution and wheels
  NOT_PINNED: 3,
  HASH_REQUIRED: 3,
  NO_WHEEL: 3,
  NOT_IN_INDEX: 3,
  UNSATISFIABLE: 3,
  WHEEL_INVALID: 3,
  BUILD_FAILED: 3,
  FILE_CONFLICT: 3,
  LAYER_LIMIT: 3,
  DEB_UNSATISFIABLE: 3,
  LIBRARY_MISSING: 3,
  LOCK_OUTDATED: 3,
  // 4: network and registry
  NETWORK: 4,
  OFFLINE: 4,
  INDEX_ERROR: 4,
  MIRROR_ERROR: 4,
  REGISTRY_ERROR: 4,
  REGISTRY_AUTH: 4,
  // 5: verification
  HASH_MISMATCH: 5,
  SIGNATURE_INVALID: 5,
  BLOB_CORRUPT: 5,
  ARCHIVE_INVALID: 5,
  LIMIT_EXCEEDED: 5,
  // the user pressed Ctrl-C
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

export const ERROR_CODES: readonly ErrorCode[] = Object.keys(EXIT_CODES) as ErrorCode[];

/** A place in a file that a person wrote. Lines and columns count from 1; `text` is the whole line. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters the caret underlines, at least 1. */
  readonly length?: number;
  readonly text?: string;
}

export interface ErrorDetails {
  /** One thing that the reader can do now. */
  readonly hint?: string | undefined;
  readonly location?: SourceLocation | undefined;
  readonly cause?: unknown;
  /** Further problems of the same kind, found in the same pass. */
  readonly problems?: readonly OciasmError[] | undefined;
}

/** The only error class. `message` says what happened to which concrete thing: lower case, no full stop. */
export class OciasmError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly problems: readonly OciasmError[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "OciasmError";
    this.code = code;
    this.hint = details.hint;
    this.location = details.location;
    this.problems = details.problems ?? [];
  }
}

/** By name, not by class: threads and bundles carry a second copy of the class. */
export function isOciasmError(error: unknown): error is OciasmError {
  return error instanceof Error && error.name === "OciasmError" && "code" in error;
}

export function exitCode(code: ErrorCode): number {
  return EXIT_CODES[code];
}

/** What an error becomes when it crosses a thread: structured clone would drop code, hint and location. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly stack: string | undefined;
  readonly problems: readonly WireError[];
}

export function toWire(error: unknown): WireError {
  const known = toOciasmError(error);
  return {
    code: known.code,
    message: known.message,
    hint: known.hint,
    location: known.location,
    stack: known.cause instanceof Error ? known.cause.stack : known.stack,
    problems: known.problems.map(toWire),
  };
}

export function fromWire(wire: WireError): OciasmError {
  const error = new OciasmError(wire.code, wire.message, {
    hint: wire.hint,
    location: wire.location,
    problems: wire.problems.map(fromWire),
  });
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

/** Gives any thrown value a code: a full disk and an abort by name, other system errors as I/O, the rest as a bug. */
export function toOciasmError(error: unknown): OciasmError {
  if (isOciasmError(error)) return error;
  const code = systemCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === "AbortError")
    return new OciasmError("INTERRUPTED", "interrupted", { cause: error });
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new OciasmError("DISK_FULL", `no space left: ${message}`, {
      hint: "free some space, or point --cache-dir at a larger disk",
      cause: error,
    });
  }
  if (code !== undefined) return new OciasmError("IO_ERROR", message, { cause: error });
  return new OciasmError("BUG", message, { cause: error });
}

/** The `E…` code of a Node system error, if it is one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}
