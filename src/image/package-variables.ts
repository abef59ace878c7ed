/** What packages ask of the environment, by a pattern for their names. Caches lie where any user may write. */
const VARIABLES: readonly (readonly [pattern: RegExp, name: string, value: string])[] = [
  // Asks the container runtime for the driver.
  [/^nvidia-/, "NVIDIA_VISIBLE_DEVICES", "all"],
  [/^nvidia-/, "NVIDIA_DRIVER_CAPABILITIES", "compute,utility"],
  [/^matplotlib$/, "MPLCONFIGDIR", "/tmp/matplotlib"],
  [/^numba$/, "NUMBA_CACHE_DIR", "/tmp/numba"],
  // Models are too large for a /tmp in memory: a volume belongs here.
  [/^huggingface-hub$/, "HF_HOME", "/home/nonroot/.cache/huggingface"],
];

/** The variables for an image with these packages ("torch==2.9.1"; Debian's, with one `=`, do not count). */
export function packageVariables(packages: readonly string[]): Readonly<Record<string, string>> {
  const names = packages.filter((text) => text.includes("==")).map((text) => text.slice(0, text.indexOf("==")));
  const asked = VARIABLES.filter(([pattern]) => names.some((name) => pattern.test(name)));
  return Object.fromEntries(asked.map(([, name, value]) => [name, value]));
}
