import type { Platform } from "../oci/platform.ts";

/** Debian's name of an architecture, and what its packages do not tell. */
export interface DebianArchitecture {
  readonly name: string;
  /** Name of the dynamic loader in /lib64 or /lib (psABI). */
  readonly loader: string;
}

const ARCHITECTURES: ReadonlyMap<string, DebianArchitecture> = new Map([
  ["amd64", { name: "amd64", loader: "lib64/ld-linux-x86-64.so.2" }],
  ["arm64", { name: "arm64", loader: "lib/ld-linux-aarch64.so.1" }],
]);

/** Debian's architecture for an OCI platform, or undefined. */
export function debianArchitecture(platform: Platform): DebianArchitecture | undefined {
  if (platform.os !== "linux") return undefined;
  if (platform.architecture === "arm64" && platform.variant !== undefined && platform.variant !== "v8")
    return undefined;
  return ARCHITECTURES.get(platform.architecture);
}
