import type { Target } from "../python/target.ts";

/** "linux/arm64, CPython 3.12.4, glibc 2.36", for messages. */
export function describeTarget(target: Target): string {
  const { platform, python, libc } = target;
  const variant = platform.variant === undefined ? "" : `/${platform.variant}`;
  const threads = python.freeThreaded ? " free-threaded" : "";
  return `${platform.os}/${platform.architecture}${variant}, CPython ${python.version}${threads}, ${libc.family} ${libc.version}`;
}
