import { compareText } from "../../python/digits.ts";
import type { Target } from "../../python/target.ts";

/** More reasons than these are cut from a message. */
const MAX_REASONS = 4;

const OTHER_PYTHON = /^for CPython [0-9.]+$/;

/** Reasons by how near they come to a fit: all but the Python, the Python in any other way, all but the libc. */
const NEARNESS: readonly RegExp[] = [
  /^needs Python/,
  OTHER_PYTHON,
  /^for (?:CPython|Python|free-threaded|the ABI)/,
  /^needs /,
  /^/,
];

/**
 * Why none of the wheels of a version fits, from the reasons of each: a predicate that tells the nearest ones. Without
 * details that change from version to version, so that many versions can be named together.
 */
export function summary(reasons: readonly string[], target: Target): string {
  const unique = [...new Set(reasons)].sort(compareText);
  const nearest = NEARNESS.map((kind) => unique.filter((reason) => kind.test(reason))).find((kept) => kept.length > 0);
  const told = nearest ?? [];
  const [first = ""] = told;
  if (told.length === 1 && first.startsWith("needs Python")) return first;
  if (OTHER_PYTHON.test(first)) return `has no wheel for CPython ${target.python.version.split(".", 2).join(".")}`;
  const more = told.length > MAX_REASONS ? [`and ${told.length - MAX_REASONS} more`] : [];
  return `has no wheel that fits (${[...told.slice(0, MAX_REASONS), ...more].join("; ")})`;
}
