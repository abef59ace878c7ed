import { OciasmError } from "../errors.ts";
import type { LockEdge, LockGraph } from "../input/graph.ts";
import { chosenConflicts, conflictNames } from "./walk-conflicts.ts";
import { walkEdges } from "./walk-edges.ts";
import type { LockMarkers } from "./walk-marker.ts";
import type { ChosenRoot } from "./walk-root.ts";

/** Each goes through the graph once more. */
const MAX_TRIALS = 256;

/**
 * The conflict items that are active: those that are chosen, and the extras that any reached dependency turns on. A
 * marker may ask for an extra that only a later dependency turns on, so the graph is walked until nothing is added. An
 * extra is turned on only by a dependency that is still reached with it: uv does the same.
 */
export function activate(graph: LockGraph, root: ChosenRoot, markers: LockMarkers, file: string): ReadonlySet<string> {
  const conflicts = conflictNames(graph);
  let active: ReadonlySet<string> = chosenConflicts(root, conflicts);
  if (conflicts.names.size === 0) return active;
  let trials = 0;
  const holds = (edge: LockEdge, set: ReadonlySet<string>): boolean =>
    edge.marker === undefined || markers.holds(edge.marker, (name) => set.has(name));
  const addedBy = (edge: LockEdge): readonly string[] => {
    const name = graph.nodes[edge.to]?.package.name ?? "";
    return edge.extras.flatMap((extra) => conflicts.extra(name, extra) ?? []).filter((item) => !active.has(item));
  };
  const tryWith = (edge: LockEdge, added: readonly string[]): ReadonlySet<string> | undefined => {
    if (++trials > MAX_TRIALS) {
      throw new OciasmError("INPUT_INVALID", `the extras of ${file} exclude each other in too many ways`);
    }
    const larger = new Set([...active, ...added]);
    if (!holds(edge, larger)) return undefined;
    for (const reached of walkEdges(graph, root.edges, (each) => holds(each, larger))) {
      if (reached === edge) return larger;
    }
    return undefined;
  };
  for (;;) {
    let larger: ReadonlySet<string> | undefined;
    const decide = (edge: LockEdge): boolean => {
      const added = addedBy(edge);
      if (added.length === 0) return holds(edge, active);
      larger ??= tryWith(edge, added);
      return larger !== undefined;
    };
    const walk = walkEdges(graph, root.edges, decide);
    while (larger === undefined && walk.next().done !== true) {
      // The next edge may turn something on.
    }
    if (larger === undefined) return active;
    active = larger;
  }
}
