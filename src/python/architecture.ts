import type { Platform } from "../oci/platform.ts";

/** OCI's (Go's) names for what `uname -m` and wheel tags say otherwise. */
const MACHINES: ReadonlyMap<string, string> = new Map([
  ["amd64", "x86_64"],
  ["386", "i686"],
  ["arm64", "aarch64"],
  ["arm", "armv7l"],
  ["arm/v5", "armv5l"],
  ["arm/v6", "armv6l"],
  ["arm/v7", "armv7l"],
  ["arm/v8", "armv8l"],
  ["loong64", "loongarch64"],
  ["mips64le", "mips64"],
]);

/** The machine as Python's `platform.machine()` and wheel tags name it; ppc64le, s390x and riscv64 are the same in both. */
export function wheelArchitecture(platform: Platform): string {
  const { architecture, variant } = platform;
  const exact = variant === undefined ? undefined : MACHINES.get(`${architecture}/${variant}`);
  return exact ?? MACHINES.get(architecture) ?? architecture;
}
