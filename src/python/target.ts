import type { Platform } from "../oci/platform.ts";

/** The Python that will run the image: everything that wheel tags and markers ask about. Never the host's. */
export interface Target {
  readonly platform: Platform;
  readonly python: TargetPython;
  readonly libc: TargetLibc;
}

export interface TargetPython {
  readonly implementation: "cpython";
  /** With the patch level: "3.11.2". */
  readonly version: string;
  readonly freeThreaded: boolean;
}

export interface TargetLibc {
  readonly family: "glibc" | "musl";
  /** "2.36". */
  readonly version: string;
}
