import { OciasmError } from "../errors.ts";
import type { LockEdge, LockGraph } from "../input/graph.ts";
import type { InputPackage, LockInput } from "../input/input.ts";
import { markerEnvironment } from "../python/marker-environment.ts";
import type { Target } from "../python/target.ts";
import { describeTarget } from "./describe-target.ts";
import { activate } from "./walk-activation.ts";
import { checkConflicts } from "./walk-conflicts.ts";
import { walkEdges } from "./walk-edges.ts";
import { lockMarkers } from "./walk-marker.ts";
import type { ChosenRoot } from "./walk-root.ts";

/**
 * The packages that are reached from a root along the edges that hold for a target, in the lock's order; what the root
 * itself asks for is `requested`. Neither the root's own package is among them nor those of which nothing is installed.
 * Throws INPUT_INVALID where the choice turns on what the lock says excludes each other, for a target that the lock
 * was not resolved for, and for two packages of one name.
 */
export function walkGraph(
  input: LockInput,
  graph: LockGraph,
  root: ChosenRoot,
  target: Target,
): readonly InputPackage[] {
  const holds = edgeTest(input, graph, root, target);
  const own = root.project?.node;
  const reached = new Set([...walkEdges(graph, root.edges, holds)].map((edge) => edge.to));
  const direct = new Set(
    directEdges(graph, root)
      .filter(holds)
      .map((edge) => edge.to),
  );
  const packages = graph.nodes.flatMap((node, place) =>
    !reached.has(place) || node.virtual === true || place === own
      ? []
      : [{ ...node.package, requested: direct.has(place) }],
  );
  checkOnce(packages, graph);
  return packages;
}

/**
 * Tells which edges hold for a target once the root's choice is made. Throws INPUT_INVALID where the choice turns on what
 * the lock says excludes each other, and for a target that the lock was not resolved for.
 */
export function edgeTest(
  input: LockInput,
  graph: LockGraph,
  root: ChosenRoot,
  target: Target,
): (edge: LockEdge) => boolean {
  const markers = lockMarkers(markerEnvironment(target));
  const active = activate(graph, root, markers, input.file);
  checkConflicts(graph, active, input.file);
  const { forks = [] } = graph;
  if (forks.length > 0 && !forks.some((text) => markers.mayHold(text))) throw notResolved(input.file, target);
  const isActive = (name: string): boolean => active.has(name);
  return (edge) => edge.marker === undefined || markers.holds(edge.marker, isActive);
}

/** What the project asks for, also by way of an extra of its own that another of its extras or groups names. */
export function directEdges(graph: LockGraph, { edges, project }: ChosenRoot): readonly LockEdge[] {
  const own = project?.node === undefined ? undefined : graph.nodes[project.node];
  if (own === undefined) return edges;
  const seen = new Set<string>();
  const all = [...edges];
  for (let at = 0; at < all.length; at++) {
    const edge = all[at];
    if (edge?.to !== project?.node) continue;
    for (const extra of (edge?.extras ?? []).filter((name) => !seen.has(name))) {
      seen.add(extra);
      for (const added of own.extras[extra] ?? []) all.push(added);
    }
  }
  return all;
}

function notResolved(file: string, target: Target): OciasmError {
  return new OciasmError("INPUT_INVALID", `${file} was not resolved for ${describeTarget(target)}`, {
    hint: "lock again with this platform among the environments, or choose --platform to suit the lock",
  });
}

/** Forks exclude each other, so that two of a name are a lock that was edited or a choice that it does not foresee. */
function checkOnce(packages: readonly InputPackage[], graph: LockGraph): void {
  const byName = new Map<string, InputPackage>();
  for (const item of packages) {
    const other = byName.get(item.name);
    byName.set(item.name, item);
    if (other === undefined) continue;
    const [a, b] = [other, item].map((one) => `${one.version ?? "?"} (line ${one.location.line})`);
    const hint = graph.conflicts.length > 0 ? "choose other extras or groups, or lock again" : "lock again";
    throw new OciasmError(
      "INPUT_INVALID",
      `two packages of the name ${item.name} apply to this target: ${a} and ${b}`,
      {
        hint,
        location: item.location,
      },
    );
  }
}
