import type { LockInput } from "../input/input.ts";
import { markerEnvironment } from "../python/marker-environment.ts";
import { markerApplies } from "../python/marker-evaluation.ts";
import { parseRequirement, type Requirement } from "../python/requirement.ts";
import type { Target } from "../python/target.ts";
import type { SelectChoice } from "./choice.ts";
import { directEdges, edgeTest } from "./walk.ts";
import { walkEdges } from "./walk-edges.ts";
import { chooseRoot } from "./walk-root.ts";

/** Who needs whom in an image, by normalised names. */
export interface NeedGraph {
  /** What is needed without anybody's need: the project's own requirements, or what nothing else asks for. Sorted. */
  readonly roots: readonly string[];
  /** What each package needs, sorted. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
}

/** From the edges of a lock that has some; undefined for a flat one. Throws as `selectPackages` does. */
export function lockNeeds(input: LockInput, choice: SelectChoice, target: Target): NeedGraph | undefined {
  if (input.selection.by !== "graph") return undefined;
  const { graph } = input.selection;
  const root = chooseRoot(graph, choice, input.file);
  const holds = edgeTest(input, graph, root, target);
  const extras = new Map<number, Set<string>>();
  for (const edge of walkEdges(graph, root.edges, holds)) {
    const known = extras.get(edge.to) ?? new Set();
    for (const extra of edge.extras) known.add(extra);
    extras.set(edge.to, known);
  }
  const nameOf = (place: number): string => graph.nodes[place]?.package.name ?? "";
  const needs = [...extras].map(([place, chosen]) => {
    const node = graph.nodes[place];
    const edges = [...(node?.edges ?? []), ...[...chosen].flatMap((extra) => node?.extras[extra] ?? [])];
    return [nameOf(place), sorted(edges.filter(holds).map(({ to }) => nameOf(to)))] as const;
  });
  const asked = directEdges(graph, root).filter((edge) => holds(edge) && edge.to !== root.project?.node);
  return { roots: sorted(asked.map(({ to }) => nameOf(to))), needs: new Map(needs) };
}

/** From what each wheel says it requires (`Requires-Dist`), for the packages that are in the image. */
export function metadataNeeds(requires: ReadonlyMap<string, readonly string[]>, target: Target): NeedGraph {
  const environment = markerEnvironment(target);
  const read = new Map([...requires].map(([name, texts]) => [name, texts.flatMap(requirementOf)]));
  const extras = new Map([...requires.keys()].map((name): [string, Set<string>] => [name, new Set()]));
  const needs = new Map<string, Set<string>>();
  const queue = [...requires.keys()];
  for (let at = 0; at < queue.length; at++) {
    const name = queue[at] ?? "";
    const found = needs.get(name) ?? new Set();
    needs.set(name, found);
    for (const one of read.get(name) ?? []) {
      const chosen = extras.get(one.name);
      if (chosen === undefined || !markerApplies(one.marker, environment, ["", ...(extras.get(name) ?? [])])) continue;
      found.add(one.name);
      const more = one.extras.filter((extra) => !chosen.has(extra));
      for (const extra of more) chosen.add(extra);
      if (more.length > 0) queue.push(one.name);
    }
  }
  const needed = new Set([...needs].flatMap(([name, list]) => [...list].filter((other) => other !== name)));
  const roots = [...requires.keys()].filter((name) => !needed.has(name));
  return { roots: sorted(roots), needs: new Map([...needs].map(([name, list]) => [name, sorted([...list])])) };
}

function requirementOf(text: string): readonly Requirement[] {
  const requirement = parseRequirement(text);
  return requirement.ok ? [requirement.value] : [];
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
