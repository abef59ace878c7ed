import type { LockEdge, LockGraph } from "../input/graph.ts";

/** Every edge that holds and is reached from `start`, breadth first; of a package and each of its extras once. */
export function* walkEdges(
  graph: LockGraph,
  start: readonly LockEdge[],
  holds: (edge: LockEdge) => boolean,
): Generator<LockEdge> {
  const seen = new Map<number, Set<string>>();
  const queue: (readonly LockEdge[])[] = [start];
  for (let at = 0; at < queue.length; at++) {
    for (const edge of queue[at] ?? []) {
      if (!holds(edge)) continue;
      yield edge;
      const node = graph.nodes[edge.to];
      if (node === undefined) continue;
      const known = seen.get(edge.to) ?? new Set();
      seen.set(edge.to, known);
      for (const part of ["", ...edge.extras]) {
        if (known.has(part)) continue;
        known.add(part);
        queue.push(part === "" ? node.edges : (node.extras[part] ?? []));
      }
    }
  }
}
