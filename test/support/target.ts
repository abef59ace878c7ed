import type { Target } from "../../src/python/target.ts";

/** CPython 3.11.2 on Debian 12 for amd64, with whatever a test wants else. */
export function testTarget(
  changes: {
    readonly python?: string;
    readonly freeThreaded?: boolean;
    readonly libc?: `${"glibc" | "musl"}:${string}`;
    readonly platform?: string;
  } = {},
): Target {
  const [architecture = "amd64", variant] = (changes.platform ?? "amd64").split("/");
  const [family, version = ""] = (changes.libc ?? "glibc:2.36").split(":");
  return {
    platform: { os: "linux", architecture, ...(variant === undefined ? {} : { variant }) },
    python: {
      implementation: "cpython",
      version: changes.python ?? "3.11.2",
      freeThreaded: changes.freeThreaded ?? false,
    },
    libc: { family: family === "musl" ? "musl" : "glibc", version },
  };
}
