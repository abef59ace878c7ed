import { parseSpecifierSet, type SpecifierSet, specifierContains } from "./specifier.ts";

/** Requires-Python is short; a longer one is not repaired. */
const MAX_LENGTH = 1000;

/**
 * Reads Requires-Python, and repairs what old packages wrote and installers came to accept: `>=3.5.*`, clauses without
 * a comma between them, quotes and parentheses around. Undefined for the rest.
 */
export function parseRequiresPython(text: string): SpecifierSet | undefined {
  const strict = parseSpecifierSet(text);
  if (strict !== undefined || text.length > MAX_LENGTH) return strict;
  const repaired = text
    .replace(/["'()]/g, "")
    .replace(/(>=|<=|~=|<|>)\s*([0-9.]*[0-9])\.\*/g, "$1$2")
    .replace(/([0-9*])\s+(?=[<>=!~])/g, "$1,");
  return parseSpecifierSet(repaired);
}

/**
 * Whether a Python of this version may install the file: the full set with its upper bounds, pre-releases of Python
 * included. What cannot be read says nothing, so the file may be installed, as pip has it.
 */
export function allowsPython(requiresPython: string | undefined, pythonVersion: string): boolean {
  if (requiresPython === undefined) return true;
  const set = parseRequiresPython(requiresPython);
  return set === undefined || specifierContains(set, pythonVersion);
}
