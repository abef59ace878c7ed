import { OciasmError } from "../errors.ts";
import { formatMarker, type Marker, type MarkerComparison, parseMarker } from "../python/marker.ts";
import { evaluateMarker, type MarkerEnvironment } from "../python/marker-evaluation.ts";

/** Tells whether a name that a marker compares `extra` with is active. */
export type IsActive = (name: string) => boolean;

/** Decides the markers of a lock for one target. Throws INPUT_INVALID where one means nothing. */
export interface LockMarkers {
  holds(text: string, isActive: IsActive): boolean;
  /** Whether it holds for some choice of extras. */
  mayHold(text: string): boolean;
}

export function lockMarkers(environment: MarkerEnvironment): LockMarkers {
  const parsed = new Map<string, Marker>();
  const plain = new Map<string, boolean>();
  const read = (text: string): Marker => {
    const known = parsed.get(text);
    if (known !== undefined) return known;
    const marker = parseMarker(text);
    if (!marker.ok) throw new OciasmError("INPUT_INVALID", `${JSON.stringify(text)} is no marker: ${marker.message}`);
    parsed.set(text, marker.value);
    return marker.value;
  };
  const asksExtra = new Map<string, boolean>();
  return {
    holds: (text, isActive) => {
      // A lock says the same thing thousands of times, and mostly without an extra.
      const known = plain.get(text);
      if (known !== undefined) return known;
      const marker = read(text);
      const result = evaluate(marker, environment, (comparison) => compareExtra(comparison, isActive));
      const asks = asksExtra.get(text) ?? usesExtra(marker);
      asksExtra.set(text, asks);
      if (!asks) plain.set(text, result);
      return result;
    },
    mayHold: (text) => evaluate(read(text), environment, () => true),
  };
}

function evaluate(
  marker: Marker,
  environment: MarkerEnvironment,
  extra: (comparison: MarkerComparison) => boolean,
): boolean {
  if (marker.type === "compare") return isExtra(marker) ? extra(marker) : evaluateMarker(marker, environment);
  const results = marker.markers.map((inner) => evaluate(inner, environment, extra));
  return marker.type === "and" ? !results.includes(false) : results.includes(true);
}

/** In uv.lock `extra` is the set of all that is active, each with its package: `extra-8-nanochat-gpu`. */
function compareExtra(comparison: MarkerComparison, isActive: IsActive): boolean {
  const { left, operator, right } = comparison;
  const value = left.type === "value" ? left : right;
  if (value.type === "value" && operator === "==") return isActive(value.text);
  if (value.type === "value" && operator === "!=") return !isActive(value.text);
  throw new OciasmError("INPUT_INVALID", `the marker ${formatMarker(comparison)} has no meaning in a lock`);
}

function usesExtra(marker: Marker): boolean {
  return marker.type === "compare" ? isExtra(marker) : marker.markers.some(usesExtra);
}

function isExtra({ left, right }: MarkerComparison): boolean {
  return [left, right].some((operand) => operand.type === "variable" && operand.name === "extra");
}
