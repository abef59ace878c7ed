import dockerignore from "@balena/dockerignore";

/** Docker's own rules for what stays out of a context (moby's patternmatcher). */
export interface DockerIgnore {
  /** `path` is relative to the context, with forward slashes. */
  ignores(path: string): boolean;
  /** A `!` rule may bring back what lies below an ignored folder, so such a folder must be walked. */
  readonly hasExceptions: boolean;
}

export function parseDockerIgnore(text: string): DockerIgnore {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"));
  const rules = dockerignore.default().add(lines);
  return {
    ignores: (path) => rules.ignores(path),
    hasExceptions: lines.some((line) => line.trim().startsWith("!")),
  };
}
