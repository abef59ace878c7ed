import { normalizeExtra } from "./name.ts";
import { type Parsed, parsing } from "./parsed.ts";
import { unescapePythonString } from "./python-string.ts";
import { Scanner } from "./scanner.ts";

/** An environment marker (PEP 508, PEP 751). `markers` holds at least two, none of the parent's own type. */
export type Marker = MarkerGroup | MarkerComparison;

export interface MarkerGroup {
  readonly type: "and" | "or";
  readonly markers: readonly Marker[];
}

export interface MarkerComparison {
  readonly type: "compare";
  readonly left: MarkerOperand;
  readonly operator: MarkerOperator;
  readonly right: MarkerOperand;
}

export type MarkerOperand =
  | { readonly type: "variable"; readonly name: MarkerVariable }
  | { readonly type: "value"; readonly text: string };

export type MarkerOperator = "===" | "==" | "~=" | "!=" | "<=" | ">=" | "<" | ">" | "in" | "not in";

export type MarkerVariable =
  | "extra"
  | "extras"
  | "dependency_groups"
  | "implementation_name"
  | "implementation_version"
  | "os_name"
  | "platform_machine"
  | "platform_python_implementation"
  | "platform_release"
  | "platform_system"
  | "platform_version"
  | "python_full_version"
  | "python_version"
  | "sys_platform";

/** Groups in groups: more is an attack on the stack. */
const MAX_DEPTH = 64;

const VARIABLE =
  /\b(?:python_version|python_full_version|os[._]name|sys[._]platform|platform_(?:release|system)|platform[._](?:version|machine|python_implementation)|python_implementation|implementation_(?:name|version)|extras?|dependency_groups)\b/y;
const QUOTED = /'[^']*'|"[^"]*"/y;
const OPERATOR = /===|==|~=|!=|<=|>=|<|>/y;
const LOGICAL = /\b(?:or|and)\b/y;
const IN = /\bin\b/y;
const NOT = /\bnot\b/y;
const SPACES = /[ \t]+/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;

/** Reads a whole marker. Legacy names (`os.name`, `python_implementation`) become their successors. */
export function parseMarker(text: string): Parsed<Marker> {
  return parsing(() => {
    const scanner = new Scanner(text);
    const marker = readMarker(scanner);
    if (!scanner.atEnd) scanner.refuse("expected the end of the marker");
    return marker;
  });
}

/** Reads a marker up to where none goes on: requirements end in one. */
export function readMarker(scanner: Scanner, depth = 0): Marker {
  if (depth > MAX_DEPTH) scanner.refuse(`parentheses nested more than ${MAX_DEPTH} deep`);
  const alternatives: Marker[][] = [[readAtom(scanner, depth)]];
  for (let word = scanner.take(LOGICAL); word !== undefined; word = scanner.take(LOGICAL)) {
    const atom = readAtom(scanner, depth);
    if (word === "or") alternatives.push([atom]);
    else alternatives.at(-1)?.push(atom);
  }
  return group(
    "or",
    alternatives.map((all) => group("and", all)),
  );
}

function group(type: "and" | "or", markers: readonly Marker[]): Marker {
  const flat = markers.flatMap((marker) => (marker.type === type ? marker.markers : [marker]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { type, markers: flat };
}

function readAtom(scanner: Scanner, depth: number): Marker {
  scanner.skipSpace();
  const start = scanner.position;
  const marker = scanner.take(OPEN) === undefined ? readComparison(scanner) : readParenthesised(scanner, start, depth);
  scanner.skipSpace();
  return marker;
}

function readParenthesised(scanner: Scanner, start: number, depth: number): Marker {
  const marker = readMarker(scanner, depth + 1);
  if (scanner.take(CLOSE) === undefined) scanner.refuse("no closing parenthesis", start);
  return marker;
}

function readComparison(scanner: Scanner): Marker {
  const left = readOperand(scanner);
  scanner.skipSpace();
  const operator = readOperator(scanner);
  scanner.skipSpace();
  return normalizeExtras({ type: "compare", left, operator, right: readOperand(scanner) });
}

function readOperand(scanner: Scanner): MarkerOperand {
  const start = scanner.position;
  const variable = scanner.take(VARIABLE);
  if (variable !== undefined) return { type: "variable", name: variableName(variable) };
  const quoted = scanner.take(QUOTED);
  if (quoted === undefined) return scanner.refuse("expected a marker variable or a quoted string");
  const text = unescapePythonString(quoted.slice(1, -1));
  return text === undefined ? scanner.refuse("invalid quoted string", start) : { type: "value", text };
}

function variableName(text: string): MarkerVariable {
  const name = text.replace(".", "_");
  return name === "python_implementation" ? "platform_python_implementation" : (name as MarkerVariable);
}

function readOperator(scanner: Scanner): MarkerOperator {
  if (scanner.take(IN) !== undefined) return "in";
  if (scanner.take(NOT) !== undefined) {
    scanner.expect(SPACES, "a space after 'not'");
    scanner.expect(IN, "'in' after 'not'");
    return "not in";
  }
  return scanner.expect(
    OPERATOR,
    "a marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in",
  ) as MarkerOperator;
}

/** PEP 685 and 735: the name beside `extra`, `in extras` and `in dependency_groups` is normalised. */
function normalizeExtras(comparison: MarkerComparison): MarkerComparison {
  const { left, right } = comparison;
  if (left.type === "variable" && left.name === "extra" && right.type === "value") {
    return { ...comparison, right: { type: "value", text: normalizeExtra(right.text) } };
  }
  if (left.type === "value" && right.type === "variable" && /^extras?$|^dependency_groups$/.test(right.name)) {
    return { ...comparison, left: { type: "value", text: normalizeExtra(left.text) } };
  }
  return comparison;
}

/** The marker with only the parentheses that it needs, and with double quotes where they do. */
export function formatMarker(marker: Marker): string {
  if (marker.type === "compare") {
    return `${formatOperand(marker.left)} ${marker.operator} ${formatOperand(marker.right)}`;
  }
  return marker.markers
    .map((inner) => (inner.type === "or" ? `(${formatMarker(inner)})` : formatMarker(inner)))
    .join(` ${marker.type} `);
}

function formatOperand(operand: MarkerOperand): string {
  if (operand.type === "variable") return operand.name;
  const escaped = operand.text.replace(/[\\\n\r\0]/g, escapeCharacter);
  if (!escaped.includes('"')) return `"${escaped}"`;
  return escaped.includes("'") ? `"${escaped.replaceAll('"', "\\x22")}"` : `'${escaped}'`;
}

function escapeCharacter(character: string): string {
  return character === "\\" ? "\\\\" : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
