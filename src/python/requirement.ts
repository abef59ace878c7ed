import { compareText } from "./digits.ts";
import { formatMarker, type Marker, readMarker } from "./marker.ts";
import { normalizeExtra, normalizeName } from "./name.ts";
import { type Parsed, parsing } from "./parsed.ts";
import { Scanner } from "./scanner.ts";
import { formatSpecifierSet, parseSpecifierSet, SPECIFIER_PATTERN, type SpecifierSet } from "./specifier.ts";

/** A dependency specifier (PEP 508): a name with versions or with a URL. */
export interface Requirement {
  /** Normalised. */
  readonly name: string;
  /** Normalised, sorted, each once. */
  readonly extras: readonly string[];
  /** Empty beside a URL. */
  readonly specifiers: SpecifierSet;
  readonly url?: string;
  readonly marker?: Marker;
}

/** A letter or digit at both ends, as PEP 508 has it: packaging lets an underscore end a name. */
const IDENTIFIER = /[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?/y;
const SPECIFIER = new RegExp(SPECIFIER_PATTERN, "iy");
const PREFIX_TRAIL = /\.\*/y;
const LOCAL_TRAIL = /\+[a-z0-9]+(?:[-_.][a-z0-9]+)*/y;
const URL_TEXT = /[^ \t]+/y;
const SPACES = /[ \t]+/y;
const [AT, COMMA, SEMICOLON, OPEN, CLOSE, OPEN_BRACKET, CLOSE_BRACKET] = [/@/y, /,/y, /;/y, /\(/y, /\)/y, /\[/y, /\]/y];

/** Reads one requirement, a line without comment and options: `name[extra] >=1,<2 ; marker` or `name @ url ; marker`. */
export function parseRequirement(text: string): Parsed<Requirement> {
  return parsing(() => {
    const scanner = new Scanner(text);
    scanner.skipSpace();
    const name = normalizeName(scanner.expect(IDENTIFIER, "a package name at the start"));
    scanner.skipSpace();
    const extras = readExtras(scanner);
    scanner.skipSpace();
    const rest = scanner.take(AT) === undefined ? readVersions(scanner) : readUrl(scanner);
    if (!scanner.atEnd) scanner.refuse("expected the end of the requirement");
    return { name, extras, ...rest };
  });
}

function readExtras(scanner: Scanner): readonly string[] {
  const start = scanner.position;
  if (scanner.take(OPEN_BRACKET) === undefined) return [];
  const extras = new Set<string>();
  scanner.skipSpace();
  if (scanner.peek(IDENTIFIER) !== undefined) readExtraNames(scanner, extras);
  scanner.skipSpace();
  if (scanner.take(CLOSE_BRACKET) === undefined) scanner.refuse("no closing bracket after the extras", start);
  return [...extras].sort(compareText);
}

function readExtraNames(scanner: Scanner, extras: Set<string>): void {
  do {
    scanner.skipSpace();
    extras.add(normalizeExtra(scanner.expect(IDENTIFIER, "the name of an extra after the comma")));
    scanner.skipSpace();
    if (scanner.peek(IDENTIFIER) !== undefined) scanner.refuse("expected a comma between extras");
  } while (scanner.take(COMMA) !== undefined);
}

type Details = Omit<Requirement, "name" | "extras">;

function readUrl(scanner: Scanner): Details {
  scanner.skipSpace();
  const start = scanner.position;
  const url = scanner.expect(URL_TEXT, "a URL after @");
  const specifiers: SpecifierSet = { specifiers: [] };
  if (scanner.take(SPACES) === undefined || scanner.atEnd) return { specifiers, url };
  return { specifiers, url, ...readRequirementMarker(scanner, start, "a semicolon (after URL and space) or the end") };
}

function readVersions(scanner: Scanner): Details {
  const start = scanner.position;
  const parenthesised = scanner.take(OPEN) !== undefined;
  scanner.skipSpace();
  const clauses = readClauses(scanner);
  scanner.skipSpace();
  if (parenthesised && scanner.take(CLOSE) === undefined) scanner.refuse("no closing parenthesis", start);
  const specifiers = parseSpecifierSet(clauses);
  if (specifiers === undefined) return scanner.refuse(`invalid version specifier ${JSON.stringify(clauses)}`, start);
  scanner.skipSpace();
  if (scanner.atEnd) return { specifiers };
  const wanted = clauses === "" ? "a version specifier, a semicolon" : "a comma, a semicolon";
  return { specifiers, ...readRequirementMarker(scanner, scanner.position, `${wanted} or the end`) };
}

function readClauses(scanner: Scanner): string {
  let clauses = "";
  for (;;) {
    const start = scanner.position;
    const clause = scanner.take(SPECIFIER);
    if (clause === undefined) return clauses;
    clauses += clause;
    refuseTrail(scanner, clause, start);
    scanner.skipSpace();
    if (scanner.take(COMMA) === undefined) return clauses;
    clauses += ",";
    scanner.skipSpace();
  }
}

function refuseTrail(scanner: Scanner, clause: string, start: number): void {
  if (scanner.peek(PREFIX_TRAIL) !== undefined) {
    const equality = /^(?:!=|==(?!=))/.test(clause);
    scanner.refuse(
      equality
        ? ".* cannot follow a pre-release, post-release, development or local version"
        : ".* can only be used with == and !=",
      start,
    );
  }
  if (scanner.peek(LOCAL_TRAIL) !== undefined) {
    scanner.refuse("a local version can only be used with == and !=", start);
  }
}

function readRequirementMarker(scanner: Scanner, start: number, expected: string): { readonly marker: Marker } {
  if (scanner.take(SEMICOLON) === undefined) scanner.refuse(`expected ${expected}`, start);
  return { marker: readMarker(scanner) };
}

/** The requirement with normalised names: `name[a,b]>=1; marker`, `name @ url ; marker`. */
export function formatRequirement(requirement: Requirement): string {
  const { name, extras, specifiers, url, marker } = requirement;
  const bracketed = extras.length === 0 ? "" : `[${extras.join(",")}]`;
  const source = url === undefined ? formatSpecifierSet(specifiers) : ` @ ${url}${marker === undefined ? "" : " "}`;
  return `${name}${bracketed}${source}${marker === undefined ? "" : `; ${formatMarker(marker)}`}`;
}
