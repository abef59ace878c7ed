import type { Marker } from "../../python/marker.ts";

/** What is left of a marker when only its words about `extra` count and all others hold; undefined: it always holds. */
export function extraPart(marker: Marker): Marker | undefined {
  if (marker.type === "compare") return asksExtra(marker) ? marker : undefined;
  const parts = marker.markers.map(extraPart);
  const kept = parts.filter((part) => part !== undefined);
  if (marker.type === "or" && kept.length < parts.length) return undefined;
  return kept.length > 1 ? { type: marker.type, markers: kept } : kept[0];
}

function asksExtra(marker: Extract<Marker, { readonly type: "compare" }>): boolean {
  return [marker.left, marker.right].some((operand) => operand.type === "variable" && operand.name === "extra");
}
