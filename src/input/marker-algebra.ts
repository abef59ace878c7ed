import {
  formatMarker,
  type Marker,
  type MarkerComparison,
  type MarkerOperator,
  parseMarker,
} from "../python/marker.ts";
import type { Parsed } from "../python/parsed.ts";
import { parsed } from "../python/parsed.ts";

/** A marker, or what is already known of its value. */
export type Condition = Marker | boolean;

/** The marker that a text holds; no text, an empty one and `*` are always true, Poetry's `<empty>` never. */
export function readCondition(text: string | undefined): Parsed<Condition> {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "" || trimmed === "*") return parsed(true);
  return trimmed === "<empty>" ? parsed(false) : parseMarker(trimmed);
}

/** The text of a condition that is not false; undefined where it is always true. */
export function conditionText(condition: Condition): string | undefined {
  if (typeof condition === "boolean") return condition ? undefined : 'python_version < "0"';
  return formatMarker(condition);
}

export function allOf(conditions: readonly Condition[]): Condition {
  return join("and", conditions, false);
}

export function anyOf(conditions: readonly Condition[]): Condition {
  return join("or", conditions, true);
}

/** `decisive` decides the whole, its opposite says nothing. */
function join(type: "and" | "or", conditions: readonly Condition[], decisive: boolean): Condition {
  if (conditions.includes(decisive)) return decisive;
  const markers = conditions
    .filter((condition) => typeof condition !== "boolean")
    .flatMap((marker) => (marker.type === type ? marker.markers : [marker]));
  const unique = new Map(markers.map((marker) => [formatMarker(marker), marker]));
  const [first, ...others] = unique.values();
  if (first === undefined) return !decisive;
  return others.length === 0 ? first : { type, markers: [first, ...others] };
}

/** The marker with each comparison that `decide` knows replaced. */
export function rewrite(marker: Marker, decide: (comparison: MarkerComparison) => Condition): Condition {
  if (marker.type === "compare") return decide(marker);
  const inner = marker.markers.map((each) => rewrite(each, decide));
  return marker.type === "and" ? allOf(inner) : anyOf(inner);
}

const OPPOSITE: Readonly<Record<Exclude<MarkerOperator, "~=" | "===">, MarkerOperator>> = {
  "==": "!=",
  "!=": "==",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
  in: "not in",
  "not in": "in",
};

/** True where `condition` is false; also true where no marker can say so (`~=`, `===`). */
export function not(condition: Condition): Condition {
  if (typeof condition === "boolean") return !condition;
  if (condition.type !== "compare") {
    const inner = condition.markers.map(not);
    return condition.type === "and" ? anyOf(inner) : allOf(inner);
  }
  const { operator } = condition;
  return operator === "~=" || operator === "===" ? true : { ...condition, operator: OPPOSITE[operator] };
}

/** `"name" in extras`, `"name" in dependency_groups`. */
export function memberOf(name: string, variable: "extras" | "dependency_groups"): Marker {
  return {
    type: "compare",
    left: { type: "value", text: name },
    operator: "in",
    right: { type: "variable", name: variable },
  };
}
