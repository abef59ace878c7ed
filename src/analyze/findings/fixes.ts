import type { Evidence } from "./finding.ts";
import type { Origin } from "./origin.ts";

/** What to do: a line for ociasm.yaml where there is a key for it, and a sentence. */
export interface Fix {
  readonly config: string | null;
  readonly advice: string;
}

export const OTHER_BASE: Fix = {
  config: "base: deb:bookworm",
  advice: "a base assembled from Debian's packages holds what they list, and nothing else",
};

const IN_A_PACKAGE: Fix = {
  config: null,
  advice: "the wheel brings it: ask its authors for one without",
};

const IN_DEBIAN: Fix = { config: null, advice: "Debian's package brings it" };

/** For what the config has no better key for. */
export function fixElsewhere(origin: Origin): Fix {
  if (origin === "system") return IN_DEBIAN;
  return origin === "package" ? IN_A_PACKAGE : OTHER_BASE;
}

/** Patterns as .gitignore has them. */
export function leaveOut(patterns: readonly string[]): Fix {
  return {
    config: `files: {exclude: ${JSON.stringify(patterns)}}`,
    advice: "leaves it out of the project's files",
  };
}

/** Patterns as .gitignore has them, for whatever lies in these packages. */
export function leaveOutOfPackages(packages: readonly string[], patterns: readonly string[]): Fix {
  const paths = patterns.map((pattern) => `/**/${pattern}${pattern.endsWith("/") ? "**" : ""}`);
  return {
    config: `leave-out: [{packages: ${JSON.stringify(packages)}, paths: ${JSON.stringify(paths)}}]`,
    advice: "leaves it out of the packages: make sure that nothing needs it",
  };
}

/** The very path, relative to the project's folder, as a pattern of .gitignore. */
export function patternOf(path: string, { workdir }: Pick<Evidence, "workdir">): string {
  const inside = path.startsWith(`${workdir}/`) ? path.slice(workdir.length + 1) : path.slice(path.indexOf("/") + 1);
  return `/${inside.replace(/[\\*?[\]!#]/g, "\\$&").replace(/[\p{Cc}\s]/gu, "?")}`;
}
