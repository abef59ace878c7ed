import type { Platform } from "../oci/platform.ts";

/** Debian's name, the GNU triplet of its library folders, and the flag that ldconfig gives its libraries. */
export interface DebianArchitecture {
  readonly name: string;
  readonly multiarch: string;
  /** Name of the dynamic loader in /lib64 or /lib (psABI). */
  readonly loader: string;
}

const ARCHITECTURES: ReadonlyMap<string, DebianArchitecture> = new Map([
  ["amd64", { name: "amd64", multiarch: "x86_64-linux-gnu", loader: "lib64/ld-linux-x86-64.so.2" }],
  ["arm64", { name: "arm64", multiarch: "aarch64-linux-gnu", loader: "lib/ld-linux-aarch64.so.1" }],
]);

/** Debian's architecture for an OCI platform, or undefined. */
export function debianArchitecture(platform: Platform): DebianArchitecture | undefined {
  if (platform.os !== "linux") return undefined;
  if (platform.architecture === "arm64" && platform.variant !== undefined && platform.variant !== "v8")
    return undefined;
  return ARCHITECTURES.get(platform.architecture);
}
