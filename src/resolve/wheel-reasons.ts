import { parseSpecifierSet, specifierContains } from "../python/specifier.ts";
import type { Target } from "../python/target.ts";
import { explainMismatch } from "../python/wheel-mismatch.ts";
import type { DistributionFile } from "./lock.ts";

/** Why none of a package's wheels fits. */
export interface WheelReasons {
  /** One indented line for each reason with the files that it is true of, the nearest to a fit first. */
  readonly text: string;
  /** The lowest glibc that a wheel for this machine and Python needs, where the image's is older. */
  readonly glibc: string | undefined;
  /** Every wheel is for another system, or for a Python 2. */
  readonly foreign: boolean;
}

/** More lines, and more files in a line, than these are counted. */
const MAX_LINES = 6;
const MAX_FILES = 2;

const NEEDS_GLIBC = /^needs glibc (\d+)\.(\d+),/;
const FOREIGN = /^for (?:Windows|macOS|iOS|Android|Emscripten|WASI|Python 2(?:\.\d+)?)$/;

/** Puts wheels together by why they don't fit; there is at least one. */
export function reasonsOf(wheels: readonly DistributionFile[], target: Target): WheelReasons {
  const byReason = new Map<string, string[]>();
  for (const file of wheels) {
    const reason = reasonOf(file, target);
    byReason.set(reason, [...(byReason.get(reason) ?? []), file.filename]);
  }
  const sorted = [...byReason].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const lines = sorted.slice(0, MAX_LINES).map(([reason, files]) => `\n  ${filesText(files)}: ${reason}`);
  const hidden = sorted.slice(MAX_LINES).reduce((sum, [, files]) => sum + files.length, 0);
  return {
    text: [...lines, ...(hidden === 0 ? [] : [`\n  and ${hidden} more`])].join(""),
    glibc: lowestGlibc(wheels, target),
    foreign: sorted.every(([reason]) => FOREIGN.test(reason)),
  };
}

/** `requires-python` of the file itself. */
export function pythonMismatch(file: DistributionFile, target: Target): string | undefined {
  if (file.requiresPython === undefined) return undefined;
  const set = parseSpecifierSet(file.requiresPython);
  if (set === undefined || specifierContains(set, target.python.version)) return undefined;
  return `needs Python ${file.requiresPython}`;
}

function reasonOf(file: DistributionFile, target: Target): string {
  return pythonMismatch(file, target) ?? explainMismatch(file.filename, target);
}

function filesText(files: readonly string[]): string {
  const sorted = [...files].sort();
  if (sorted.length <= MAX_FILES) return sorted.join(", ");
  return `${sorted.slice(0, MAX_FILES - 1).join(", ")} and ${sorted.length - MAX_FILES + 1} more`;
}

function rank(reason: string): number {
  if (reason.startsWith("needs ")) return 0;
  return FOREIGN.test(reason) ? 2 : 1;
}

/** With that glibc a wheel would fit, so that no other reason stands in its way. */
function lowestGlibc(wheels: readonly DistributionFile[], target: Target): string | undefined {
  const versions = wheels.flatMap((file) => {
    const [, major, minor] = NEEDS_GLIBC.exec(reasonOf(file, target)) ?? [];
    if (minor === undefined) return [];
    const version = `${major}.${minor}`;
    const raised = { ...target, libc: { ...target.libc, version } };
    return reasonOf(file, raised) === "fits" ? [version] : [];
  });
  return versions.sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)))[0];
}
