import { OciasmError } from "../errors.ts";
import { formatMarker, type Marker, type MarkerComparison, type MarkerOperand, type MarkerVariable } from "./marker.ts";
import { normalizeExtra } from "./name.ts";
import { parseSpecifier, specifierContains } from "./specifier.ts";

/** What the target's Python says of itself. */
export type MarkerEnvironment = Readonly<
  Record<Exclude<MarkerVariable, "extra" | "extras" | "dependency_groups">, string>
>;

/** What was asked for. In a lock (PEP 751) `extras` and `dependencyGroups` are given, elsewhere `extra`. */
export interface MarkerContext {
  /** The one extra under which a package's own requirements are read; none: "". */
  readonly extra?: string | undefined;
  readonly extras?: readonly string[] | undefined;
  readonly dependencyGroups?: readonly string[] | undefined;
}

/** packaging 26.3 compares these as versions where the other side is one; all else is text. */
const VERSIONS: readonly MarkerVariable[] = [
  "implementation_version",
  "platform_release",
  "python_full_version",
  "python_version",
];

/**
 * Whether the marker holds. Throws INPUT_INVALID where it means nothing: `~=` or `===` on text, two variables or two
 * values compared, `extras` outside of a lock, `extra` in one.
 */
export function evaluateMarker(marker: Marker, environment: MarkerEnvironment, context: MarkerContext = {}): boolean {
  if (marker.type === "compare") return compare(marker, environment, context);
  // All parts, also where the first decides: whether a marker is an error must not depend on the target.
  const results = marker.markers.map((inner) => evaluateMarker(inner, environment, context));
  return marker.type === "and" ? !results.includes(false) : results.includes(true);
}

/** Whether a requirement applies to a package that was asked for with these extras: under any of them, as pip reads it. */
export function markerApplies(
  marker: Marker | undefined,
  environment: MarkerEnvironment,
  extras: readonly string[] = [],
): boolean {
  if (marker === undefined) return true;
  return (extras.length === 0 ? [""] : extras).some((extra) => evaluateMarker(marker, environment, { extra }));
}

function compare(marker: MarkerComparison, environment: MarkerEnvironment, context: MarkerContext): boolean {
  const { left, operator, right } = marker;
  const variable = onlyVariable(marker);
  if (variable === "extras" || variable === "dependency_groups") return isMember(marker, variable, context);
  const value = (operand: MarkerOperand) =>
    operand.type === "value" ? operand.text : variableValue(operand.name, marker, environment, context);
  const [a, b] = [value(left), value(right)];
  if (VERSIONS.includes(variable)) {
    const specifier = parseSpecifier(operator + b);
    if (specifier !== undefined) return specifierContains({ specifiers: [specifier] }, a);
  }
  switch (operator) {
    case "in":
      return b.includes(a);
    case "not in":
      return !b.includes(a);
    case "==":
    case "<=":
    case ">=":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
    case ">":
      return false;
    case "~=":
    case "===":
      throw meaningless(marker, `${operator} compares versions, and this is text`);
  }
}

function onlyVariable(marker: MarkerComparison): MarkerVariable {
  const { left, right } = marker;
  if (left.type === "variable" && right.type === "value") return left.name;
  if (left.type === "value" && right.type === "variable") return right.name;
  throw meaningless(marker, left.type === "value" ? "it compares two values" : "it compares two variables");
}

function isMember(marker: MarkerComparison, variable: "extras" | "dependency_groups", context: MarkerContext): boolean {
  const { extras, dependencyGroups } = context;
  if (extras === undefined && dependencyGroups === undefined) {
    throw meaningless(marker, `${variable} is known in lock files only`);
  }
  if (marker.left.type !== "value" || (marker.operator !== "in" && marker.operator !== "not in")) {
    throw meaningless(marker, `${variable} is a set: write "name" in ${variable}`);
  }
  const names = (variable === "extras" ? extras : dependencyGroups) ?? [];
  const found = names.map(normalizeExtra).includes(normalizeExtra(marker.left.text));
  return found === (marker.operator === "in");
}

function variableValue(
  name: MarkerVariable,
  marker: MarkerComparison,
  environment: MarkerEnvironment,
  context: MarkerContext,
): string {
  if (name === "extra") {
    if (context.extras === undefined && context.dependencyGroups === undefined) {
      return normalizeExtra(context.extra ?? "");
    }
    throw meaningless(marker, "a lock file asks for extras, not for extra");
  }
  const value = environment[name as keyof MarkerEnvironment];
  // CPython built from an untagged commit calls itself 3.14.0a1+, which is no version.
  return name === "python_full_version" && value.endsWith("+") ? `${value}local` : value;
}

function meaningless(marker: MarkerComparison, why: string): OciasmError {
  return new OciasmError("INPUT_INVALID", `the marker ${formatMarker(marker)} has no meaning: ${why}`);
}
