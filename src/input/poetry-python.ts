import { parseSpecifierSet, specifierContains } from "../python/specifier.ts";
import { type PoetryClause, poetryClauses } from "./poetry-constraint.ts";

/**
 * Poetry's `python = "^3.9"` of a dependency as a marker (PEP 508), "" where every Python will do. A bare `3.9` means
 * each 3.9.x. Undefined for a text that Poetry does not read.
 */
export function poetryPython(text: string): string | undefined {
  const alternatives = poetryClauses(text);
  if (alternatives === undefined) return undefined;
  const markers = alternatives.map((clauses) => clauses.map(markerOf).join(" and "));
  if (markers.includes("")) return "";
  const [only] = markers;
  if (markers.length === 1) return only;
  return markers.map((marker) => (marker.includes(" and ") ? `(${marker})` : marker)).join(" or ");
}

/** `python_version` has two numbers, so it can't be asked about a third, nor whether it is beyond two. */
function markerOf({ operator, operand }: PoetryClause): string {
  const parts = operand.split(".").length;
  if (operator === "==" && /^[\d.]+$/.test(operand)) {
    if (parts === 1) return `python_full_version == "${operand}.*"`;
    return `${parts === 2 ? "python_version" : "python_full_version"} == "${operand}"`;
  }
  const short = parts <= 2 && (operator === ">=" || operator === "<");
  return `${short ? "python_version" : "python_full_version"} ${operator} "${operand}"`;
}

/** Minor versions that a gap between two alternatives may leave out. */
const MINORS: readonly string[] = [
  ...Array.from({ length: 8 }, (_, minor) => `2.${minor}`),
  ...Array.from({ length: 31 }, (_, minor) => `3.${minor}`),
];
const PATCHES: readonly number[] = Array.from({ length: 40 }, (_, patch) => patch);

/**
 * Poetry's `python-versions` of a project as one specifier set (Requires-Python). Alternatives become the span from
 * the lowest to the highest less the minor versions that none of them has. "" for any, undefined for what Poetry does not read.
 */
export function poetryRequiresPython(text: string): string | undefined {
  const alternatives = poetryClauses(text)?.map((clauses) => clauses.map(wholeMinor).join(","));
  if (alternatives === undefined || alternatives.length === 1) return alternatives?.[0];
  const sets = alternatives.map((specifiers) => parseSpecifierSet(specifiers) ?? { specifiers: [] });
  const allowed = (minor: string): boolean =>
    PATCHES.some((patch) => sets.some((set) => specifierContains(set, `${minor}.${patch}`)));
  const first = MINORS.findIndex(allowed);
  const last = MINORS.findLastIndex(allowed);
  if (first === -1) return undefined;
  const end = MINORS[last + 1];
  const gaps = MINORS.slice(first, last).filter((minor) => !allowed(minor));
  return [`>=${MINORS[first]}`, ...(end === undefined ? [] : [`<${end}`]), ...gaps.map((minor) => `!=${minor}.*`)].join(
    ",",
  );
}

function wholeMinor({ operator, operand }: PoetryClause): string {
  const isExact = operator === "==" && /^\d+(?:\.\d+)?$/.test(operand);
  return operator + operand + (isExact ? ".*" : "");
}
