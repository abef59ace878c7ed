import { OciasmError } from "../errors.ts";
import type { LockEdge, LockGraph } from "../input/graph.ts";
import { chosenConflicts, conflictNames } from "./walk-conflicts.ts";
import { walkEdges } from "./walk-edges.ts";
import type { LockMarkers } from "./walk-marker.ts";
import type { ChosenRoot } from "./walk-root.ts";

/** Each of them starts the walk again. */
const MAX_ACTIVATED = 256;

/**
 * The conflict items that are active: those that are chosen, and the extras that any reached dependency turns on. A
 * marker may ask for an extra that only a later dependency turns on, so the graph is walked until nothing is added.
 */
export function activate(graph: LockGraph, root: ChosenRoot, markers: LockMarkers, file: string): ReadonlySet<string> {
  const conflicts = conflictNames(graph);
  const active = new Set(chosenConflicts(root, conflicts));
  if (conflicts.names.size === 0) return active;
  const turnedOn = (edge: LockEdge): readonly string[] => {
    const name = graph.nodes[edge.to]?.package.name ?? "";
    return edge.extras.flatMap((extra) => conflicts.extra(name, extra) ?? []).filter((item) => !active.has(item));
  };
  for (let count = 0; count <= MAX_ACTIVATED; count++) {
    // An edge to `name[extra]` may itself ask for that extra.
    const holds = (edge: LockEdge): boolean => {
      const own = edge.marker === undefined ? [] : turnedOn(edge);
      return edge.marker === undefined || markers.holds(edge.marker, (name) => active.has(name) || own.includes(name));
    };
    const added = firstOf(walkEdges(graph, root.edges, holds), turnedOn);
    if (added === undefined) return active;
    for (const item of added) active.add(item);
  }
  throw new OciasmError("INPUT_INVALID", `more than ${MAX_ACTIVATED} conflicting extras are active in ${file}`);
}

function firstOf(
  edges: Iterable<LockEdge>,
  turnedOn: (edge: LockEdge) => readonly string[],
): readonly string[] | undefined {
  for (const edge of edges) {
    const items = turnedOn(edge);
    if (items.length > 0) return items;
  }
  return undefined;
}
