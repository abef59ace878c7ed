import type { BuildRequest } from "./prepare-step.ts";

/** What `ociasm lock` was asked to do. */
export interface LockRequest extends BuildRequest {
  /** Absolute path of the lock. */
  readonly output: string;
  /** Write nothing. */
  readonly check: boolean;
  readonly upgrade: boolean;
  /** The same base as it is now: another digest, newer Debian packages. */
  readonly upgradeBase: boolean;
  readonly upgradePackages: readonly string[];
  /** Extras or groups were named on the command line: the lock has these alone. */
  readonly narrowed: boolean;
}
