import { parseSpecifier, type SpecifierOperator } from "../python/specifier.ts";
import { baseVersion, formatVersion, parseVersion, publicVersion, type Version } from "../python/version.ts";

/** One of the alternatives of a constraint: a PEP 440 specifier set as text, "" for any version. */
export interface PoetryAlternative {
  readonly specifiers: string;
}

/** One comparison of a constraint, carets and tildes resolved. */
export interface PoetryClause {
  readonly operator: SpecifierOperator;
  /** "1.2", or "1.2.*" behind `==` and `!=`. */
  readonly operand: string;
}

/** Longer ones are no longer written by a person. */
const MAX_LENGTH = 1000;

const ANY = /^v?[x*](?:\.[x*])*$/i;
const CLAUSE = /^(\^|~=|~|===|==|=|!=|<=|>=|<|>)?\s*(\S+)$/;
const SPACE_BEHIND_OPERATOR = /([\^~=<>])\s+(?=[v\d])/gi;

/**
 * Poetry's version constraint as PEP 440: `^1.2` is `>=1.2,<2`, `~1.2` is `>=1.2,<1.3`, a bare version is exact. Of
 * several alternatives (`||`) one must hold. Undefined for a text that Poetry does not read.
 */
export function poetryConstraint(text: string): readonly PoetryAlternative[] | undefined {
  return poetryClauses(text)?.map((clauses) => ({
    specifiers: clauses.map(({ operator, operand }) => operator + operand).join(","),
  }));
}

/** The comparisons of each alternative; none: any version. */
export function poetryClauses(text: string): readonly (readonly PoetryClause[])[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const alternatives: (readonly PoetryClause[])[] = [];
  for (const alternative of text.split(/\|\|?/)) {
    const clauses = readAlternative(alternative.trim());
    if (clauses === undefined) return undefined;
    alternatives.push(clauses);
  }
  return alternatives.some((clauses) => clauses.length === 0) ? [[]] : alternatives;
}

/** Clauses stand apart by commas or spaces; a space may follow an operator. */
function readAlternative(text: string): readonly PoetryClause[] | undefined {
  const words = text
    .replace(SPACE_BEHIND_OPERATOR, "$1")
    .replace(/,$/, "")
    .split(/\s*,\s*|\s+/);
  const clauses: PoetryClause[] = [];
  for (const word of words) {
    const read = readClause(word);
    if (read === undefined) return undefined;
    clauses.push(...read);
  }
  return clauses;
}

function readClause(word: string): readonly PoetryClause[] | undefined {
  if (ANY.test(word)) return [];
  const [, operator = "==", operand = ""] = CLAUSE.exec(word) ?? [];
  const wild = /(?:\.\*)+$/.exec(operand);
  const version = parseVersion(wild === null ? operand : operand.slice(0, wild.index));
  if (version === undefined || (wild !== null && wild[0].length > 2 && !/^[!=]?=$/.test(operator))) return undefined;
  switch (operator) {
    case "^":
      return wild === null ? between(version, breakingAt(version)) : undefined;
    case "~":
      return wild === null ? between(version, Math.min(version.release.length, 2) - 1) : undefined;
    case "~=":
      if (version.release.length === 1) return wild === null ? between(version, 0) : undefined;
      return checked(operator, publicVersion(version), wild !== null);
    case "==":
    case "=":
      return checked("==", formatVersion(version), wild !== null);
    case "!=":
      return checked(operator, formatVersion(version), wild !== null);
    case "===":
      return undefined;
    default:
      // Poetry ignores `.*` behind these, and PEP 440 has no order of local parts.
      return checked(operator as SpecifierOperator, publicVersion(version), false);
  }
}

/** From `version` to where the release number at `index` goes up by one. */
function between(version: Version, index: number): readonly PoetryClause[] {
  const raised = version.release.slice(0, index).concat(String(BigInt(version.release[index] ?? "0") + 1n));
  const zeros = version.release.slice(index + 1).map(() => "0");
  const end = baseVersion({ epoch: version.epoch, release: [...raised, ...zeros] });
  return [
    { operator: ">=", operand: publicVersion(version) },
    { operator: "<", operand: end },
  ];
}

/** A caret lets everything change to the right of the first number that is not zero, among the first three. */
function breakingAt({ release }: Version): number {
  const index = release.slice(0, 3).findIndex((part) => part !== "0");
  return index === -1 ? Math.min(release.length, 3) - 1 : index;
}

function checked(operator: SpecifierOperator, text: string, wild: boolean): readonly PoetryClause[] | undefined {
  const operand = wild ? `${text}.*` : text;
  return parseSpecifier(operator + operand) === undefined ? undefined : [{ operator, operand }];
}
