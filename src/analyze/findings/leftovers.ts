import type { Occurrence } from "../merge.ts";
import type { Evidence, FindingKind, Found, Rule } from "./finding.ts";
import { whole } from "./finding.ts";
import { type Fix, fixElsewhere, leaveOut, leaveOutOfPackages } from "./fixes.ts";
import { byOrigin, type Origin } from "./origin.ts";

interface Leftover {
  readonly kind: FindingKind;
  readonly matches: (path: string, occurrence: Occurrence, evidence: Evidence) => boolean;
  /** For `files.exclude` and `leave-out`. */
  readonly patterns: readonly string[];
}

const IN_PYTHON = /(^|\/)((site|dist)-packages|lib\/python3(\.\d+)?t?)\//;

/** What is known by its path. Add a kind: a line here and in ./finding.ts. */
const LEFTOVERS: readonly Leftover[] = [
  {
    kind: "tests",
    matches: (path, occurrence, evidence) =>
      /(^|\/)tests\//.test(path)
        ? IN_PYTHON.test(path) || isProject(occurrence, evidence)
        : /(^|\/)lib\/python3(\.\d+)?t?\/(test|idlelib\/idle_test)\//.test(path),
    patterns: ["tests/"],
  },
  {
    kind: "headers",
    matches: (path) => /(^|\/)include\/.*\.(h|hh|hpp|hxx|cuh|inl)$/.test(path),
    patterns: ["include/"],
  },
  { kind: "static-libraries", matches: (path) => /\.(a|la)$/.test(path), patterns: ["*.a", "*.la"] },
  {
    kind: "pip-cache",
    matches: (path) =>
      /(^|\/)\.cache\/(pip|uv|pypoetry|pdm|pipenv|conda)\//.test(path) ||
      /^(tmp|var\/tmp)\/(pip-|uv-)[^/]*\//.test(path) ||
      /^opt\/conda\/pkgs\//.test(path),
    patterns: [".cache/"],
  },
  {
    kind: "apt-lists",
    matches: (path) =>
      /^var\/lib\/apt\/lists\/(?!lock$)/.test(path) ||
      /^var\/cache\/(apt\/.*\.(bin|deb)|debconf\/.*-old|apk\/.+|dnf\/.+|yum\/.+)$/.test(path),
    patterns: [],
  },
  {
    kind: "bytecode",
    // Where we lay bytecode out it was asked for.
    matches: (path, { layer }, { layers }) =>
      /(^|\/)__pycache__\/[^/]+\.pyc$/.test(path) && layers[layer]?.layer.ours !== true,
    patterns: ["__pycache__/"],
  },
  { kind: "version-control", matches: (path) => /(^|\/)\.(git|hg|svn|bzr)\//.test(path), patterns: [".git/"] },
];

function isProject(occurrence: Occurrence, evidence: Evidence): boolean {
  return byOrigin([occurrence], evidence).has("project");
}

/** What builds and tests leave behind, and what is needed to compile, not to run. */
export const leftovers: Rule = (evidence) => LEFTOVERS.flatMap((leftover) => findLeftover(leftover, evidence));

function findLeftover({ kind, matches, patterns }: Leftover, evidence: Evidence): readonly Found[] {
  const occurrences = evidence.image.all.filter(
    (occurrence) =>
      occurrence.hidden === undefined &&
      occurrence.file.type === "file" &&
      matches(occurrence.file.path, occurrence, evidence),
  );
  return [...byOrigin(occurrences, evidence)].map(([origin, found]) => ({
    kind,
    origin,
    parts: found.map(whole),
    fix: fixOf(origin, patterns, found, evidence),
  }));
}

function fixOf(origin: Origin, patterns: readonly string[], found: readonly Occurrence[], { owners }: Evidence): Fix {
  if (patterns.length === 0) return fixElsewhere(origin);
  if (origin === "project") return leaveOut(patterns);
  const named = origin === "package" ? found.flatMap((one) => owners.of.get(one)?.name ?? []) : [];
  return named.length === 0 ? fixElsewhere(origin) : leaveOutOfPackages([...new Set(named)].sort(), patterns);
}
